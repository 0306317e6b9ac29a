import { describe, expect, it } from "vitest";
import { Database, type Sample } from "../storage/database.ts";
import { Model } from "./model.ts";

const NOW = 1_800_000_000_000;
const SECOND = NOW / 1000;

function filled(...series: readonly (readonly Sample[])[]) {
  const model = new Model(() => NOW);
  const database = new Database(() => NOW, model.onSample);
  for (const [i, samples] of series.entries()) {
    const labels = { job: "courses", instance: `${i}`, outcome: "success" };
    database.append([{ name: "http_server_request_duration_seconds_count", labels, samples }]);
  }
  return model;
}

describe("Model", () => {
  it("spreads growth over the time since the sample before, so that a late push fills the gap", () => {
    const { calls } = filled([
      { timestamp: NOW - 20_000, value: 0 },
      { timestamp: NOW, value: 40 },
    ]);
    expect(calls.ended("success", SECOND - 1, 10)).toBeCloseTo(20);
    expect(calls.ended("success", SECOND - 11, 5)).toBeCloseTo(10);
    expect(calls.total).toBe(40);
  });

  it("keeps its charts though the clock of an instance is five minutes ahead", () => {
    const ahead = NOW + 300_000;
    const { calls } = filled(
      [
        { timestamp: NOW - 5000, value: 0 },
        { timestamp: NOW, value: 10 },
      ],
      [
        { timestamp: ahead - 5000, value: 0 },
        { timestamp: ahead, value: 5 },
      ],
    );
    expect(calls.ended("success", SECOND, 10)).toBeCloseTo(15);
    expect(calls.total).toBe(15);
  });

  it("counts what came before a counter began anew, and nothing twice when a series comes back", () => {
    const { calls } = filled(
      [
        { timestamp: NOW - 3, value: 7 },
        { timestamp: NOW - 2, value: 2 },
      ],
      [
        { timestamp: NOW - 3, value: 5 },
        { timestamp: NOW - 2, value: 0, stale: true },
        { timestamp: NOW - 1, value: 6 },
      ],
    );
    expect(calls.total).toBe(9 + 6);
  });
});
