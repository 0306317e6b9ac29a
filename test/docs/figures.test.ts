/** Figures that README and docs/limits.md state: sizes as they are measured, dependencies as they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workerSize } from "@pushmeter/testkit/bundle-size";
import { importSizes } from "@pushmeter/testkit/import-sizes";
import { describe, expect, it } from "vitest";
import { block, ROOT, read, rows } from "./documents.ts";

const README = read("README.md");
const LIMITS = read("docs/limits.md");

/** A stated figure may be this far from the measured one, so that not each change of the code changes the page. */
const TOLERANCE = 0.01;

/** The bench's contender by the table's row. */
const CONTENDERS = [
  ["pushmeter: Workers, remote write", "pushmeter"],
  ["pushmeter: Hono, remote write", "pushmeter-hono"],
  ["pushmeter: Workers, Pushgateway", "pushmeter-pushgateway"],
  ["`@hono/prometheus` with `prom-client`", "hono-prometheus"],
  ["`@hono/otel` with the SDK and OTLP", "hono-otel"],
  ["the OpenTelemetry API and SDK alone", "opentelemetry"],
] as const;

const sizes = rows(LIMITS, (header) => header === "bundle");
const stated = (bundle: string) => sizes.find(([name]) => name === bundle)?.[1] ?? "";

describe("the table of sizes", () => {
  it.each(CONTENDERS)("states the size of: %s", async (row, file) => {
    const { gzip } = await workerSize({ file: join(ROOT, `bench/src/entries/${file}.ts`) });
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

  it("states what an import adds to a Worker with remote write", async () => {
    const measured = await importSizes(import.meta.dirname);
    for (const [import_ = "", stated = ""] of imports) {
      const { adds = Number.NaN } = measured.find(({ entry }) => import_ === `\`${entry}\``) ?? {};
      const [, kilobytes] = /^([\d.]+) kB$/.exec(stated) ?? [];
      expect(Math.abs(adds / 1000 - Number(kilobytes)), `${import_}: ${adds}`).toBeLessThan(0.1);
    }
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
