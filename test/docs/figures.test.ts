/** Figures that README and docs/limits.md state: sizes as they are measured, dependencies as they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workerSize } from "@pushmeter/testkit/bundle-size";
import { describe, expect, it } from "vitest";
import { sectionOf } from "../../bench/src/document.ts";
import { block, ROOT, read, rows } from "./documents.ts";

const README = read("README.md");
const LIMITS = read("docs/limits.md");

/** A stated figure may be this far from the measured one, so that not each change of the code changes the page. */
const TOLERANCE = 0.015;

/** The row of docs/benchmarks.md, which a test holds to what is measured, by the row of this page. */
const CONTENDERS = [
  ["pushmeter: Workers, remote write", "pushmeter: Workers, remote write"],
  ["pushmeter: Hono, remote write", "pushmeter: Hono, remote write"],
  ["pushmeter: Workers, Pushgateway", "pushmeter: Workers, Pushgateway"],
  ["`@hono/prometheus` with `prom-client`", "@hono/prometheus, prom-client"],
  ["`@hono/otel` with the SDK and OTLP", "@hono/otel, SDK, OTLP exporter"],
  ["the OpenTelemetry API and SDK alone", "OpenTelemetry API and SDK alone"],
] as const;

const BENCHMARKS = read("docs/benchmarks.md");
const benchmark = (part: string, isRow: (name: string) => boolean) =>
  rows(sectionOf(BENCHMARKS, part), () => true).find(([name = ""]) => isRow(name)) ?? [];
const bytes = (cell = "") => Number(cell.replaceAll(/[,+ ]/g, ""));

const sizes = rows(LIMITS, (header) => header === "bundle");
const stated = (bundle: string) => sizes.find(([name]) => name === bundle)?.[1] ?? "";

describe("the table of sizes", () => {
  it.each(CONTENDERS)("states the size of: %s", (row, name) => {
    const gzip = bytes(benchmark("sizes", (other) => other === name)[2]);
    const [, kilobytes] = /^([\d.]+) kB$/.exec(stated(row)) ?? [];
    expect(Math.abs(gzip / 1000 - Number(kilobytes)) / (gzip / 1000)).toBeLessThan(TOLERANCE);
  });

  it("has a row for each contender, and the README says the same", () => {
    expect(sizes.map(([name]) => name)).toEqual(CONTENDERS.map(([name]) => name));
    expect(README).toContain(`${stated(CONTENDERS[0][0])} in a Worker's bundle`);
    expect(README).toContain(`\`@hono/prometheus\` (${stated(CONTENDERS[3][0])})`);
    expect(README).toContain(`\`@hono/otel\` (${stated(CONTENDERS[4][0])})`);
  });

  it("holds for the README's own Worker", async () => {
    const { gzip } = await workerSize({
      code: block("README.md", "src/index.ts"),
      from: import.meta.dirname,
    });
    const kilobytes = Number.parseFloat(stated(CONTENDERS[0][0]));
    expect(gzip / 1000).toBeLessThan(kilobytes * (1 + TOLERANCE));
  });
});

describe("the table of imports", () => {
  const imports = rows(LIMITS, (header) => header === "import");

  it.each(imports)("states what an import adds to a Worker with remote write: %s", (name, stated) => {
    const [, , adds] = benchmark("imports", (row) => row === name || row.endsWith(` of ${name}`));
    const [, kilobytes] = /^([\d.]+) kB$/.exec(stated ?? "") ?? [];
    expect(Math.abs(bytes(adds) / 1000 - Number(kilobytes)), adds).toBeLessThan(0.1);
  });
});

// The bar of the bench.
it("the README's Worker has at most 25,000 bytes", async () => {
  const { gzip } = await workerSize({ code: block("README.md", "src/index.ts"), from: import.meta.dirname });
  expect(gzip).toBeLessThanOrEqual(25_000);
});

it("the README's table of accuracy says what docs/limits.md and docs/aggregator.md say", () => {
  const isAccuracy = (header: string) => header === "how it is pushed";
  const bias = (text = "") => text.match(/\d+\.\d+ %/)?.[0];
  const figures = (table: string[][]) => table.map((cells) => [bias(cells[1]), cells.at(-1)]);
  const shown = figures(rows(README, isAccuracy));
  expect(shown).toHaveLength(3);
  expect(figures(rows(LIMITS, isAccuracy))).toEqual(shown);
  expect(figures(rows(read("docs/aggregator.md"), isAccuracy))).toEqual(expect.arrayContaining(shown));
});

it("the table of dependencies names every dependency of the shipped packages, and no other", () => {
  const named = rows(LIMITS, (header) => header === "package").flatMap(([names = ""]) =>
    Array.from(names.matchAll(/`([^`]+)`/g), ([, name = ""]) => name),
  );
  const dependencies = new Set<string>();
  for (const folder of ["sdk", "adapters", "aggregator"]) {
    const manifest = JSON.parse(readFileSync(join(ROOT, `packages/${folder}/package.json`), "utf8"));
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (!name.startsWith("@pushmeter/")) dependencies.add(name);
    }
  }
  expect(named.sort()).toEqual([...dependencies].sort());
});
