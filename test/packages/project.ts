/** An empty project that installs the packed packages as a user does. */
import { execFile } from "node:child_process";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Packed, ROOT } from "./pack.ts";

const run = promisify(execFile);

/** Entry points that import `cloudflare:workers`, whose types exist on Workers only. */
const WORKERS_ONLY = ["@pushmeter/aggregator"];

/** Entry points whose declarations need those of Node. */
const NODE_ONLY = ["@pushmeter/adapters/node"];

/** Entry points for the tools of a peer dependency that the project does not install. docs/testing.test.ts compiles them. */
const OF_OPTIONAL_PEERS = ["@pushmeter/sdk/testing/vitest"];

/** Installs `packages` into the empty `folder` beside the newest OpenTelemetry SDK that they accept. */
export async function createProject(folder: string, packages: readonly Packed[]): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const sdk = packages.find(({ manifest }) => manifest.name === "@pushmeter/sdk")?.manifest;
  const ours = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")).packages;
  const version = (name: string) => `${name}@${ours[`node_modules/${name}`].version}`;
  const specifiers = [
    ...packages.map(({ tarball }) => tarball),
    `@opentelemetry/sdk-metrics@${sdk?.dependencies["@opentelemetry/sdk-metrics"]}`,
    ...["@opentelemetry/api", "@cloudflare/workers-types", "@types/node", "hono"].map(version),
  ];
  await run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--loglevel=error", ...specifiers], {
    cwd: folder,
  });
  await cp(join(import.meta.dirname, "consumer"), folder, { recursive: true });
  for (const platform of await readdir(join(import.meta.dirname, "consumer"))) {
    if (platform.endsWith(".json")) continue;
    await writeFile(join(folder, platform, "entry-points.ts"), entryPoints(packages, platform));
  }
}

/** A module that imports everything that the packages export, so that the compiler checks all declarations. */
function entryPoints(packages: readonly Packed[], platform: string): string {
  const names = packages.flatMap(({ manifest }) =>
    Object.entries(manifest.exports)
      .filter(([, conditions]) => platform !== "commonjs" || "require" in (conditions as object))
      .map(([subpath]) => manifest.name + subpath.slice(1)),
  );
  return names
    .filter((name) => !OF_OPTIONAL_PEERS.includes(name))
    .filter((name) => !/^(workers|web)$/.test(platform) || !NODE_ONLY.includes(name))
    .filter((name) => platform === "workers" || !WORKERS_ONLY.includes(name))
    .map((name, i) => `import * as entry${i} from "${name}";\nexport { entry${i} };\n`)
    .join("");
}
