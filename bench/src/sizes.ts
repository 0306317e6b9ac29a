/** The size of a Worker, one file per contender. */
import { join } from "node:path";
import { type BundleSize, workerSize } from "@pushmeter/testkit/bundle-size";
import { atMost, bytes, count } from "./bars.ts";
import type { Progress, Result } from "./part.ts";

/** Bytes after gzip, for the API, the SDK, the Workers adapter and remote write together. */
const LIMIT = 25_000;

/** Files of `entries/` and their names in the table. */
export const ENTRIES = [
  ["pushmeter", "pushmeter: Workers, remote write"],
  ["pushmeter-hono", "pushmeter: Hono, remote write"],
  ["pushmeter-pushgateway", "pushmeter: Workers, Pushgateway"],
  ["hono-prometheus", "@hono/prometheus, prom-client"],
  ["prometheus-client", "@prometheus-io/client in a Hono middleware"],
  ["hono-otel", "@hono/otel, SDK, OTLP exporter"],
  ["opentelemetry", "OpenTelemetry API and SDK alone"],
] as const;

export async function sizes(progress: Progress): Promise<Result> {
  const measured: (BundleSize & { readonly name: string })[] = [];
  for (const [file, name] of ENTRIES) {
    progress(name);
    const entry = join(import.meta.dirname, "entries", `${file}.ts`);
    measured.push({ name, ...(await workerSize({ file: entry })) });
  }
  const own = measured[0]?.gzip ?? Number.NaN;
  return {
    title: "The size of a Worker, bytes",
    rows: [
      ["", "minified", "gzip -9", "ratio"],
      ...measured.map(({ name, minified, gzip }) => [
        name,
        count(minified),
        count(gzip),
        `${(gzip / own).toFixed(2)} ×`,
      ]),
    ],
    notes: [
      "esbuild as wrangler calls it; without hono itself, which is the app's, and Node's built-in modules.",
      "Powertools does not run on Workers; its Lambda is measured below.",
    ],
    bars: [atMost("size: a Worker with remote write, gzip", own, LIMIT, bytes)],
    data: measured,
  };
}
