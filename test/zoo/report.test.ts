/** When `npm run faults` calls a run wrong, and that its table says all of it. */
import { ZOO } from "@pushmeter/testkit/receivers/zoo";
import { expect, it } from "vitest";
import { Report } from "./report.ts";
import type { Result } from "./results.ts";
import { noFindings } from "./verdict.ts";

const named = (start: string) => ZOO.find(({ name }) => name.startsWith(start))?.name ?? "";
const VMAGENT = named("vmagent, then Prometheus");

function report(receiver: string, findings: object, dropped = 0, schedule = "nothing happens"): Report {
  const outcome = {
    findings: { ...noFindings(), ...findings },
    notes: ["what was found"],
    pushes: 5,
    increase: 1,
    dropped,
  };
  const result: Result = { receiver, wire: "remote write 1.0", schedule, line: schedule, outcome };
  return new Report([result]);
}

it.each(["lost", "double", "resets", "zeros", "silent", "alarms", "ahead", "growth"])(
  "anything %s is wrong",
  (fault) => {
    const wrong = report(named("Mimir"), { [fault]: 1 });
    expect(wrong.isClean).toBe(false);
    expect(wrong.lines().join("\n")).toContain(
      "Wrong: Mimir · remote write 1.0 · nothing happens: what was found",
    );
  },
);

it("ten requests for a push are allowed, eleven are wrong", () => {
  expect(report(named("Mimir"), { requests: 10 }).isClean).toBe(true);
  expect(report(named("Mimir"), { requests: 11 }).isClean).toBe(false);
});

it("a zero that the receiver drops is its own doing only if its own metric tells", () => {
  expect(report(VMAGENT, { zeros: 1 }, 0).isClean).toBe(false);
  expect(report(VMAGENT, { zeros: 1 }, 1).isClean).toBe(true);
  expect(report(VMAGENT, { zeros: 1 }, 1).lines().join("\n")).toContain("(1)");
});

it("a value that the receiver drops is its own doing only if the clock was far ahead", () => {
  expect(report(VMAGENT, { lost: 1 }, 1).isClean).toBe(false);
  expect(report(VMAGENT, { lost: 1 }, 1, "the clock is a day fast for once").isClean).toBe(true);
});

it("a run that broke off is wrong", () => {
  const result: Result = { receiver: VMAGENT, wire: "remote write 1.0", schedule: "500", line: "500" };
  expect(new Report([result]).isClean).toBe(false);
});
