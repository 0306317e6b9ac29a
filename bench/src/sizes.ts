/** Bundle sizes, one file per contender. */
import { join } from "node:path";
import { type BundleSize, workerSize } from "@pushmeter/testkit/bundle-size";
import { importSizes } from "@pushmeter/testkit/import-sizes";
import type { Progress, Result } from "./part.ts";

/** Bytes after gzip, for the API, the SDK, the Workers adapter and remote write together. */
const SIZE_LIMIT = 25_000;

/** Files of `entries/` and their names in the table. */
const ENTRIES = [
  ["pushmeter", "pushmeter: Workers, remote write"],
  ["pushmeter-hono", "pushmeter: Hono, remote write"],
  ["pushmeter-pushgateway", "pushmeter: Workers, Pushgateway"],
  ["hono-prometheus", "@hono/prometheus, prom-client"],
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
  progress("each import");
  const imports = await importSizes(import.meta.dirname);
  const own = measured[0]?.gzip ?? Number.NaN;
  return {
    title: "Bundle sizes, bytes",
    rows: [
      ["", "minified", "gzip -9", "ratio"],
      ...measured.map(({ name, minified, gzip }) => [
        name,
        minified.toLocaleString("en"),
        gzip.toLocaleString("en"),
        `${(gzip / own).toFixed(2)} x`,
      ]),
      ...imports.map(({ name, adds }) => [name, "", `+ ${adds.toLocaleString("en")}`, ""]),
    ],
    notes: [
      "esbuild as wrangler calls it; without hono itself, which is the app's, and Node's built-in modules.",
      "With a plus: what an import adds to the Worker with remote write.",
    ],
    bars: [
      {
        name: "size: API, SDK, Workers adapter and remote write",
        met: own <= SIZE_LIMIT,
        figures: `${own.toLocaleString("en")} of at most ${SIZE_LIMIT.toLocaleString("en")} bytes`,
      },
    ],
    data: { bundles: measured, imports },
  };
}
