import { describe, expect, it } from "vitest";
import type { Answer } from "../answer.ts";
import type { StoredSeries } from "../queries.ts";
import { copiesOf } from "../worker/bundle.ts";
import { fateOf } from "./native-histograms.ts";
import { deltaFate } from "./otlp.ts";
import { missing, versionsOf } from "./remote-write.ts";

const WRITTEN = { "x-prometheus-remote-write-samples-written": "1" };
const answer = (status: number, body = "", headers: Record<string, string> = {}): Answer => ({
  status,
  body,
  headers: new Headers(headers),
});
const series = (name: string, parts: Partial<StoredSeries>): StoredSeries => ({
  metric: { __name__: `pushmeter_doctor_canary_${name}` },
  ...parts,
});

describe("versions of remote write", () => {
  it.each([
    ["Prometheus 3", answer(204, "", WRITTEN), answer(204), [true, true]],
    ["Prometheus 2.42 and Thanos, which answer 2xx to anything", answer(204), answer(204), [false, true]],
    ["Cortex with 2.0 off", answer(415, "not accepted"), answer(200), [false, true]],
    ["2.0 only", answer(204, "", WRITTEN), answer(415), [true, false]],
    ["a page", answer(200, "<html>"), answer(200, "<html>"), [false, false]],
  ])("of %s", (_, two, one, [takes2, takes1]) => {
    const answers = { "2.0": two, "1.0": one };
    expect(versionsOf(answers)).toEqual({ "2.0": takes2, "1.0": takes1 });
  });

  it("are missing only where the project insists on one", () => {
    const answers = { "2.0": answer(204), "1.0": answer(204) };
    const takes = versionsOf(answers);
    expect(missing("auto", takes, answers)).toEqual([]);
    expect(missing("1.0", takes, answers)).toEqual([]);
    expect(missing("2.0", takes, answers)).toMatchObject([{ code: "version" }]);
  });
});

describe("what becomes of a native histogram", () => {
  it.each([
    ["unknown", undefined],
    ["dropped", []],
    ["dropped", [series("starts_total", { values: [[1, "3"]] })]],
    ["converted", [series("native_bucket", { values: [[1, "3"]] })]],
    ["stored", [series("native", { histograms: [[1, { count: "3" }]] })]],
  ] as const)("%s: %j", (fate, stored) => {
    expect(fateOf(stored)).toBe(fate);
  });
});

describe("what becomes of deltas 5 and 2", () => {
  it.each([
    ["unknown", undefined],
    ["dropped", []],
    [
      "as totals",
      [
        series("deltas_total", {
          values: [
            [1, "5"],
            [2, "2"],
          ],
        }),
      ],
    ],
    [
      "added",
      [
        series("deltas_total", {
          values: [
            [1, "5"],
            [2, "7"],
          ],
        }),
      ],
    ],
  ] as const)("%s: %j", (fate, stored) => {
    expect(deltaFate(stored)).toBe(fate);
  });
});

it("copies of a package are counted by the folders that are bundled", () => {
  const inputs = [
    "node_modules/@pushmeter/sdk/dist/index.js",
    "node_modules/@pushmeter/sdk/dist/pushmeter.js",
    "node_modules/other/node_modules/@pushmeter/sdk/dist/index.js",
    "src/index.ts",
  ];
  expect(copiesOf("@pushmeter/sdk", inputs)).toEqual([
    "node_modules/@pushmeter/sdk",
    "node_modules/other/node_modules/@pushmeter/sdk",
  ]);
});
