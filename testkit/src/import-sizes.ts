/** What each import of pushmeter brings into a Worker's bundle. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { workerSize } from "./bundle-size.ts";

const PACKAGES = join(import.meta.dirname, "../../packages");

/** The README's Worker. */
const WORKER = `
  import { instrumentWorker } from "@pushmeter/adapters/workers";
  import { createPushmeter } from "@pushmeter/sdk";
  import { remoteWrite } from "@pushmeter/sdk/remote-write";
  const pushmeter = createPushmeter({ push: (env) => remoteWrite({ url: env.URL }) });
  export default instrumentWorker(pushmeter, { fetch: () => new Response() });`;

/** Every entry point of the packages, and what is imported from it; empty if it is imported for what it does. */
const IMPORTS: Readonly<Record<string, string>> = {
  "@pushmeter/sdk": "createPushmeter",
  "@pushmeter/sdk/remote-write": "remoteWrite",
  "@pushmeter/sdk/pushgateway": "pushgateway",
  "@pushmeter/sdk/otlp": "otlp",
  "@pushmeter/sdk/native-histograms": "nativeHistograms",
  "@pushmeter/sdk/exemplars": "exemplars",
  "@pushmeter/sdk/names": "promClient",
  "@pushmeter/sdk/sigv4": "sigv4",
  "@pushmeter/sdk/global": "",
  "@pushmeter/sdk/adapter": "recorderOf",
  "@pushmeter/sdk/prometheus": "translate",
  "@pushmeter/sdk/receiving": "readWriteRequest",
  "@pushmeter/sdk/testing": "Receiver",
  "@pushmeter/sdk/testing/vitest": "matchers",
  "@pushmeter/adapters/workers": "instrumentWorker",
  "@pushmeter/adapters/hono": "pushmeterMiddleware",
  "@pushmeter/adapters/fetch": "instrumentFetch",
  "@pushmeter/adapters/server": "instrumentServer",
  "@pushmeter/adapters/node": "instrumentHttp",
  "@pushmeter/adapters/measure": "measure",
  "@pushmeter/adapters/lambda": "instrumentLambda",
  "@pushmeter/adapters/lambda/esm": "instrumentLambda",
  "@pushmeter/aggregator": "Aggregator",
  "@pushmeter/aggregator/client": "aggregator",
  "@pushmeter/aggregator/core": "ShardHost",
  "@pushmeter/aggregator/node": "startServer",
};

export interface ImportSize {
  readonly entry: string;
  /** What is imported from it; may be empty. */
  readonly name: string;
  /** Bytes after gzip. */
  readonly alone: number;
  /** Bytes after gzip, besides a Worker with remote write. Undefined if that imports it already. */
  readonly adds: number | undefined;
}

/** Every entry point of the packages that are published. */
export async function entryPoints(): Promise<string[]> {
  const entries: string[] = [];
  for (const folder of await readdir(PACKAGES)) {
    const manifest = JSON.parse(await readFile(join(PACKAGES, folder, "package.json"), "utf8"));
    for (const path of Object.keys(manifest.exports)) entries.push(manifest.name + path.slice(1));
  }
  return entries;
}

/**
 * Of every entry point.
 *
 * @param from - a folder from which the packages are found.
 */
export async function importSizes(from: string, progress = (_: string) => {}): Promise<ImportSize[]> {
  const base = await workerSize({ code: WORKER, from });
  const sizes: ImportSize[] = [];
  for (const [entry, name] of Object.entries(IMPORTS)) {
    progress(entry);
    const code = name
      ? `import { ${name} as imported } from "${entry}"; export const used = imported;`
      : `import "${entry}";`;
    const alone = await workerSize({ code, from });
    const both = await workerSize({ code: `${WORKER} ${code}`, from });
    const adds = WORKER.includes(`"${entry}"`) ? undefined : both.gzip - base.gzip;
    sizes.push({ entry, name, alone: alone.gzip, adds });
  }
  return sizes;
}
