/** What the Worker bundles, with the esbuild that the project's wrangler brings along. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { finding, type Outcome } from "../finding.ts";
import type { Project } from "../project.ts";

/** https://developers.cloudflare.com/workers/platform/limits/#worker-size: of the free plan, after gzip. */
const FREE_PLAN = 3 * 1024 * 1024;

/** The part of esbuild that is used. */
interface Esbuild {
  build(options: object): Promise<{
    readonly outputFiles: readonly { readonly contents: Uint8Array }[];
    readonly metafile: { readonly inputs: Readonly<Record<string, unknown>> };
  }>;
}

/** Packages of which a bundle may hold only one copy: counters of the other one are recorded by nothing. */
const SINGLE = ["@pushmeter/sdk", "@opentelemetry/api"];

export async function checkBundle({ folder, config, sources }: Project): Promise<Outcome> {
  if (!config.main || !sources.length) return {};
  const esbuild = await findEsbuild(folder);
  if (!esbuild)
    return { facts: [{ about: "bundle", value: "not checked: npm install wrangler, which has esbuild" }] };
  try {
    const { outputFiles, metafile } = await esbuild.build(optionsFor(folder, config.main));
    const [output] = outputFiles;
    const size = output ? gzipSync(output.contents).length : 0;
    const findings = SINGLE.flatMap((name) => {
      const copies = copiesOf(name, Object.keys(metafile.inputs));
      return copies.length < 2
        ? []
        : finding(
            "two-copies",
            `The bundle holds ${name} ${copies.length} times: ${copies.join(", ")}`,
            `Make the versions agree, then run npm dedupe`,
          );
    });
    if (size > FREE_PLAN) {
      findings.push(
        finding(
          "bundle-size",
          `The bundle is ${kilobytes(size)} after gzip`,
          "The free plan takes 3 MB: import less",
        ),
      );
    }
    return { facts: [{ about: "bundle", value: `${kilobytes(size)} minified, after gzip` }], findings };
  } catch (error) {
    const [first] =
      (error as { errors?: { text: string; location?: { file: string; line: number } }[] }).errors ?? [];
    const place = first?.location ? `${first.location.file}:${first.location.line}: ` : "";
    const problem = `The Worker cannot be bundled: ${place}${first?.text ?? (error as Error).message.split("\n")[0]}`;
    return {
      findings: [finding("bundle", problem, "Install what is missing (npm install), or correct the code")],
    };
  }
}

/** As wrangler bundles. */
function optionsFor(folder: string, main: string): object {
  return {
    absWorkingDir: folder,
    entryPoints: [join(folder, main)],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*", "node:*", "__STATIC_CONTENT_MANIFEST"],
    loader: { ".wasm": "binary", ".html": "text", ".txt": "text", ".sql": "text" },
    logLevel: "silent",
    platform: "neutral",
  };
}

async function findEsbuild(folder: string): Promise<Esbuild | undefined> {
  const from = (file: string) => createRequire(file);
  const project = from(join(folder, "package.json"));
  try {
    const wrangler = project.resolve("wrangler/package.json");
    return await import(pathToFileURL(from(wrangler).resolve("esbuild")).href).then(
      ({ default: esbuild }) => esbuild,
    );
  } catch {
    // Without wrangler, perhaps with Vite.
  }
  try {
    return await import(pathToFileURL(project.resolve("esbuild")).href).then(
      ({ default: esbuild }) => esbuild,
    );
  } catch {
    return undefined;
  }
}

/** The folders from which a package is bundled. */
export function copiesOf(name: string, inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => {
    const end = input.lastIndexOf(`node_modules/${name}/`);
    return end < 0 ? [] : input.slice(0, end + `node_modules/${name}`.length);
  });
  return [...new Set(folders)];
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
