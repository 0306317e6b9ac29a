/** docs/benchmarks.md: a table for each part of the bench, sizes as they are measured, prices as they are computed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { workerSize } from "@pushmeter/testkit/bundle-size";
import { entryPoints, importSizes } from "@pushmeter/testkit/import-sizes";
import { rows, sectionOf, withSection } from "@pushmeter/testkit/markdown";
import { describe, expect, it } from "vitest";
import { all, atLeast, atMost, rowsOf } from "./bars.ts";
import { PARTS } from "./parts.ts";
import { costOf } from "./prices/price.ts";
import { prices } from "./prices/prices.ts";
import { ENTRIES } from "./sizes.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/benchmarks.md"), "utf8");
/** Of a stated size, so that not each change of the code changes the page. */
const TOLERANCE = 0.02;
/** Bytes: an import that adds little is stated as exactly as one that adds much. */
const LEAST = 60;

const tableOf = (part: string, first: string) => rows(sectionOf(PAGE, part), (header) => header === first);
const number = (cell = "") => Number(cell.replaceAll(/[,+ ]/g, ""));

function expectSize(stated: string | undefined, bytes: number, what: string): void {
  const difference = Math.abs(number(stated) - bytes);
  expect(difference, `${what}: ${bytes}, repeat npm run bench`).toBeLessThan(
    Math.max(LEAST, TOLERANCE * bytes),
  );
}

describe.each(Object.keys(PARTS))("docs/benchmarks.md: %s", (part) => {
  const section = sectionOf(PAGE, part);

  it("has its table, when it was measured, with which versions, and how to repeat it", () => {
    expect(section).toMatch(/^\|.*\|\n\| ?-.*\|\n\|/m);
    expect(section).toMatch(/Measured on \d{4}-\d\d-\d\d with Node \d+\.\d+\.\d+, .*@hono\/prometheus \d/);
    expect(section).toContain(`npm run bench -- --only ${part} --write`);
  });

  it("is replaced without a change to the others", () => {
    const changed = withSection(PAGE, part, "new");
    expect(sectionOf(changed, part).trim()).toBe("new");
    for (const other of Object.keys(PARTS)) {
      if (other !== part) expect(sectionOf(changed, other)).toBe(sectionOf(PAGE, other));
    }
  });
});

it("a figure above its bar, below it, or missing, is MISSED", () => {
  const bars = [
    atMost("a", 2, 1),
    atLeast("b", 1, 2),
    atMost("c", Number.NaN, 1),
    atLeast("d", Number.NaN, 1),
  ];
  expect(rowsOf(bars).map((row) => row.at(-1))).toEqual(["", "MISSED", "MISSED", "MISSED", "MISSED"]);
  expect([atMost("a", 1, 1), atLeast("b", 2, 2), all("c", 3, 3)].every(({ ok }) => ok)).toBe(true);
});

it("a part that the page has no place for is an error", () => {
  expect(() => withSection(PAGE, "unknown", "new")).toThrow(/no comments <!-- unknown -->/);
});

it("the table of Workers states the size of each contender", async () => {
  const table = tableOf("sizes", "");
  expect(table.map(([name]) => name)).toEqual(ENTRIES.map(([, name]) => name));
  for (const [i, [file, name]] of ENTRIES.entries()) {
    const { gzip } = await workerSize({ file: join(ROOT, `bench/src/entries/${file}.ts`) });
    expectSize(table[i]?.[2], gzip, name);
  }
});

describe("the table of imports", () => {
  const table = tableOf("imports", "import");

  it("names every entry point of the packages", async () => {
    const named = table.map(([cell = ""]) => /`([^`]+)`$/.exec(cell)?.[1]);
    expect(named.sort()).toEqual((await entryPoints()).sort());
  });

  it("states what each is alone, and what it adds to a Worker with remote write", async () => {
    for (const [i, { entry, alone, adds }] of (await importSizes(import.meta.dirname)).entries()) {
      expectSize(table[i]?.[1], alone, entry);
      if (adds === undefined) expect(table[i]?.[2]).toBe("-");
      else expectSize(table[i]?.[2], adds, entry);
    }
  });
});

describe("the table of prices", () => {
  it("says what its figures come to", async () => {
    const [, ...computed] = (await prices()).rows;
    expect(tableOf("prices", "requests/s, instances")).toEqual(computed);
  });

  it("counts calls, rows and duration of the object, and the samples that a vendor is sent", () => {
    // 0.4 batches/s and four heartbeats a minute, a row for each batch and three for each heartbeat, 324,000 GB-s.
    const month = 2_592_000;
    const beats = month / 15;
    const object =
      ((0.4 * month + beats) * 0.15 + (0.4 * month + 3 * beats) * 1 + 0.125 * month * 12.5) / 1e6;
    const cost = costOf({ requests: 1, instances: 2 });
    expect(cost.object).toBeCloseTo(object, 6);
    expect(cost.https).toBeCloseTo((0.4 * month * 0.3) / 1e6, 6);
    expect(cost.analyticsEngine).toBeCloseTo((month * 0.25) / 1e6, 6);
    // 200 series with four samples a minute; 24 pushes a minute of 200 series.
    expect(cost.vendor).toBeCloseTo((200 * 4 * 6.5) / 1000, 6);
    expect(cost.vendorDirect).toBeCloseTo((24 * 200 * 6.5) / 1000, 6);
  });

  it("has a row for twenty batches where 400 come in a second", () => {
    expect(costOf({ requests: 10_000, instances: 2_000 }).rowsPerBatch).toBe(0.05);
  });
});
