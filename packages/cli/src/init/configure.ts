/** Where to push, and the packages: configuration, template or stack, and package.json or deno.json. */
import { posix } from "node:path";
import { Failure } from "../command.ts";
import type { Changes } from "./change.ts";
import { type Additions, editDenoConfig, editManifest, type Manifest } from "./edits/manifest.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { cdkFunctions, editCdk, editSam } from "./edits/templates.ts";
import { editWrangler } from "./edits/wrangler.ts";
import { type Found, readManifest, runnerOf } from "./project.ts";
import type { Runner } from "./texts.ts";

export interface Wishes {
  /** The endpoint to write into the configuration. Left out: a Prometheus on this machine, for Lambda none. */
  readonly url: string | undefined;
  readonly aggregator: boolean;
}

/** A Prometheus on this machine. */
export const LOCAL = "http://127.0.0.1:9090/api/v1/write";
const VERSIONS = { own: "^0.1.0", api: "^1.10.0" };
/** Added where a project has no runner. */
const RUNNERS: Readonly<Partial<Record<Runner, Readonly<Record<string, string>>>>> = {
  vitest: { vitest: "^5.1.1" },
  "vitest in workerd": { "@cloudflare/vitest-plugin": "^1.5.0", vitest: "^5.1.1" },
};

/** Where to push. */
export async function configure(
  { kind, wrangler, config }: Found,
  changes: Changes,
  wishes: Wishes,
): Promise<void> {
  if (wrangler) {
    await changes.read(wrangler.file);
    changes.set(
      wrangler.file,
      editWrangler(wrangler.file, wrangler.text, wrangler.config, {
        url: wishes.url ?? LOCAL,
        aggregator: wishes.aggregator,
      }),
    );
  }
  const text = config && (await changes.read(config));
  if (!config || !text) return;
  if (kind === "sam") changes.set(config, editSam(text, wishes.url ?? ""));
  const stack = kind === "cdk" ? ModuleEdit.of(config, text) : undefined;
  if (!stack) return;
  for (const { options } of cdkFunctions(stack)) editCdk(stack, options);
  changes.set(config, stack.toString());
}

export async function install(found: Found, changes: Changes, { aggregator }: Wishes): Promise<void> {
  const { kind, config, packageFolder } = found;
  const { own, api } = VERSIONS;
  const packages = {
    "@opentelemetry/api": api,
    "@pushmeter/adapters": own,
    ...(aggregator && { "@pushmeter/aggregator": own }),
    "@pushmeter/sdk": own,
  };
  if (kind === "deno" && config) {
    const imports = Object.fromEntries(
      Object.entries(packages).map(([name, range]) => [name, `npm:${name}@${range}`]),
    );
    changes.set(config, editDenoConfig((await changes.read(config)) ?? "{}", imports));
    return;
  }
  const path = posix.join(packageFolder, "package.json");
  const text = await changes.read(path);
  if (text === undefined) throw new Failure(`There is no ${path}: run npm init first`);
  const isTested = changes.paths.some((one) => /metrics\.(?:test|spec)\./.test(one));
  const manifest = await readManifest(found, changes);
  const runner = isTested && !hasRunner(manifest) ? RUNNERS[runnerOf(found, manifest)] : undefined;
  const additions: Additions = {
    dependencies: packages,
    ...(runner && { devDependencies: runner, scripts: { test: "vitest run" } }),
  };
  changes.set(path, editManifest(text, additions));
}

function hasRunner({ dependencies, devDependencies }: Manifest): boolean {
  return Object.keys({ ...dependencies, ...devDependencies }).some((name) =>
    /^(?:jest|vitest|@cloudflare\/vitest-.*)$/.test(name),
  );
}
