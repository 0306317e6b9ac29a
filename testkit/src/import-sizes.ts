/** What each import of pushmeter adds to a Worker's bundle. */
import { workerSize } from "./bundle-size.ts";

const SDK = 'import { createPushmeter } from "@pushmeter/sdk";';
const push = (code: string) => `export const p = createPushmeter({ push: (env) => ${code} });`;
const WORKER =
  'import { instrumentWorker } from "@pushmeter/adapters/workers"; export const w = instrumentWorker;';
const REMOTE_WRITE = 'import { remoteWrite } from "@pushmeter/sdk/remote-write";';
const BASE = `${SDK} ${WORKER} ${REMOTE_WRITE}`;
const SENDING = `${BASE} ${push("remoteWrite({ url: env.URL })")}`;

/** Each import, a bundle with it, and the same bundle without it. */
const IMPORTS: readonly (readonly [name: string, having: string, without: string])[] = [
  [
    "@pushmeter/sdk/native-histograms",
    `${BASE} import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
     ${push("remoteWrite({ url: env.URL, histograms: nativeHistograms() })")}`,
    SENDING,
  ],
  [
    "@pushmeter/sdk/sigv4",
    `${BASE} import { sigv4 } from "@pushmeter/sdk/sigv4";
     ${push("remoteWrite({ url: env.URL, auth: { sigv4: sigv4() } })")}`,
    SENDING,
  ],
  [
    "@pushmeter/sdk/pushgateway",
    `${SENDING} import { pushgateway } from "@pushmeter/sdk/pushgateway"; export const g = pushgateway;`,
    SENDING,
  ],
  [
    "@pushmeter/sdk/otlp",
    `${SENDING} import { otlp } from "@pushmeter/sdk/otlp"; export const o = otlp;`,
    SENDING,
  ],
  ["@pushmeter/sdk/global", `import "@pushmeter/sdk/global"; ${SENDING}`, SENDING],
  [
    "@pushmeter/aggregator/client",
    `${SENDING} import { aggregator } from "@pushmeter/aggregator/client"; export const a = aggregator;`,
    SENDING,
  ],
  [
    "@pushmeter/adapters/hono",
    `${SENDING} import { pushmeterMiddleware } from "@pushmeter/adapters/hono"; export const m = pushmeterMiddleware;`,
    SENDING,
  ],
  [
    "@pushmeter/adapters/fetch",
    `${SENDING} import { instrumentFetch } from "@pushmeter/adapters/fetch"; export const f = instrumentFetch;`,
    SENDING,
  ],
];

export interface ImportSize {
  readonly name: string;
  /** Bytes after gzip, besides a Worker with remote write. */
  readonly adds: number;
}

/** @param from - a folder from which the packages are found. */
export async function importSizes(from: string): Promise<ImportSize[]> {
  const sizes: ImportSize[] = [];
  for (const [name, having, without] of IMPORTS) {
    const [{ gzip }, base] = [
      await workerSize({ code: having, from }),
      await workerSize({ code: without, from }),
    ];
    sizes.push({ name, adds: gzip - base.gzip });
  }
  return sizes;
}
