/** Doubles of Mimir, Cortex and Thanos answer as the real ones do, which the same cases are held against. */
import { findPrograms, missingPrograms, type Programs } from "@pushmeter/testkit/receivers/programs";
import type { Limits, Receiver } from "@pushmeter/testkit/receivers/types";
import { type Version, type WrittenSeries, writeRequest } from "@pushmeter/testkit/receivers/write-request";
import { DOUBLED } from "@pushmeter/testkit/receivers/zoo";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const MINUTE = 60_000;
const START = Date.now() - 40 * MINUTE;

interface Case {
  readonly limits?: Limits;
  /** Each as its series: `a:0@0,1@1 b:1@1` is of `a` 0 at `START` and 1 a minute later; `1@1(0)` has a start timestamp. */
  readonly requests: readonly string[];
  /** By receiver, the answers and what is stored in the end; of version 1.0 without the Written counts. */
  readonly expected: Readonly<Partial<Record<string, readonly [answers: string, stored: string]>>>;
}

const expected = (stored: string, mimir: string, cortex: string, thanos?: string) => ({
  Mimir: [mimir, stored] as const,
  "Cortex, 2.0 on": [cortex, stored] as const,
  ...(thanos && { Thanos: [thanos, stored] as const }),
});

const CASES: Readonly<Record<string, Case>> = {
  "a zero and values": {
    requests: ["a:0@0,1@1 b:1@1"],
    expected: expected("a:0@0,1@1 b:1@1", "200 wrote 3", "204 wrote 3", "200"),
  },
  "the same sample again": {
    requests: ["a:1@1", "a:1@1"],
    expected: expected("a:1@1", "200 wrote 1, 200 wrote 1", "204 wrote 1, 204 wrote 1", "200, 200"),
  },
  "a zero and its value again": {
    requests: ["a:0@0,1@1", "a:0@0,1@1"],
    expected: expected(
      "a:0@0,1@1",
      "200 wrote 2, 400 wrote 2 out of order",
      "204 wrote 2, 400 wrote 0 out of order",
      "200, 409 out of order",
    ),
  },
  "an older sample beside a new series": {
    requests: ["a:1@5", "a:0@3 b:1@5"],
    expected: expected(
      "a:1@5 b:1@5",
      "200 wrote 1, 400 wrote 2 out of order",
      "204 wrote 1, 400 wrote 0 out of order",
      "200, 409 out of order",
    ),
  },
  "another value for a time": {
    requests: ["a:1@5", "a:2@5 b:1@5"],
    expected: expected(
      "a:1@5 b:1@5",
      "200 wrote 1, 400 wrote 2 duplicate",
      "204 wrote 1, 400 wrote 0 duplicate",
      "200, 409 duplicate",
    ),
  },
  "a sample of an hour and a half before": {
    requests: ["a:1@20", "b:1@-70 c:1@21"],
    expected: expected(
      "a:1@20 c:1@21",
      "200 wrote 1, 400 wrote 2 too old",
      "204 wrote 1, 400 wrote 0 too old",
      "200, 409 too old",
    ),
  },
  "a sample of twenty minutes ahead": {
    requests: ["a:1@60 b:1@1"],
    expected: expected("b:1@1", "400 wrote 2 too far ahead", "400 wrote 1 too far ahead"),
  },
  "a label that is too long": {
    limits: { labelValue: 10 },
    requests: ["a_very_long_name:1@1 b:1@1"],
    expected: expected("b:1@1", "400 wrote 2 label too long", "400 wrote 1 label too long"),
  },
  "more series than allowed": {
    limits: { series: 2 },
    requests: ["a:1@1 b:1@1 c:1@1 d:1@1"],
    expected: expected("a:1@1 b:1@1", "400 wrote 4 series limit", "400 wrote 0 series limit"),
  },
  "a request larger than the burst": {
    limits: { rate: 10_000, burst: 3 },
    requests: ["a:1@1 b:1@1 c:1@1 d:1@1"],
    expected: expected("", "429 wrote 4 rate limit, later", "429 wrote 0 rate limit"),
  },
  "more samples than the rate allows": {
    limits: { rate: 0.001, burst: 3 },
    requests: ["a:1@1 b:1@1 c:1@1", "d:1@1"],
    expected: expected(
      "a:1@1 b:1@1 c:1@1",
      "200 wrote 3, 429 wrote 1 rate limit, later",
      "204 wrote 3, 429 wrote 0 rate limit",
    ),
  },
};

const REASONS: readonly (readonly [RegExp, string])[] = [
  [/out.of.order/, "out of order"],
  [/duplicate/, "duplicate"],
  [/too.old|out of bounds/, "too old"],
  [/future|too new/, "too far ahead"],
  [/label.value/, "label too long"],
  [/series.limit/, "series limit"],
  [/rate.limit|burst size/, "rate limit"],
  [/not accepted/, "2.0 is not accepted"],
];

let tenants = 0;

/** What a case comes to on a receiver, in words. */
async function observe(
  receiver: Receiver,
  version: Version,
  { limits, requests }: Case,
): Promise<readonly [answers: string, stored: string]> {
  const job = `case-${++tenants}`;
  const tenant = receiver.tenant?.(job) ?? receiver;
  if (limits) await tenant.setLimits?.(limits);
  const answers: string[] = [];
  for (const request of requests) {
    const series = request.split(" ").map((text) => seriesOf(text, job));
    const { headers, ...rest } = writeRequest(version, series);
    const url = tenant.endpoints["remote write auto"] as string;
    const answer = await fetch(url, { ...rest, headers: { ...headers, ...tenant.headers } });
    const body = await answer.text();
    const written = answer.headers.get("x-prometheus-remote-write-samples-written");
    const reason = answer.ok ? undefined : REASONS.find(([pattern]) => pattern.test(body))?.[1];
    answers.push(
      [
        answer.status,
        ...(written === null ? [] : [`wrote ${written}`]),
        ...(answer.ok ? [] : [reason ?? body]),
      ].join(" ") + (answer.headers.get("retry-after") ? ", later" : ""),
    );
  }
  const stored = await tenant.samples(`{job="${job}"}`, START - 60 * MINUTE, START + 60 * MINUTE);
  const words = stored.map(({ labels, samples }) => {
    const points = samples.map(([time, value]) => `${value}@${Math.round((time - START) / MINUTE)}`);
    return `${labels.__name__}:${points}`;
  });
  return [answers.join(", "), words.sort().join(" ")];
}

function seriesOf(text: string, job: string): WrittenSeries {
  const [name = "", samples = ""] = text.split(":");
  const at = (minutes: string) => START + Number(minutes) * MINUTE;
  return {
    labels: { __name__: name, job },
    samples: Array.from(samples.matchAll(/(\d+)@(-?\d+)(?:\((\d+)\))?/g), ([, value, time = "", start]) => ({
      time: at(time),
      value: Number(value),
      ...(start && { start: at(start) }),
    })),
  };
}

const without2 = (answers: string) => answers.replace(/ wrote \d+/g, "").replaceAll("204", "200");

let programs: Programs = {};
beforeAll(async () => {
  programs = await findPrograms(DOUBLED);
});

describe.each(DOUBLED.map((kind) => [kind.name, kind] as const))("%s", (name, kind) => {
  // At once: the real ones read their limits only once a second.
  describe.concurrent.each(["real", "double"] as const)("%s", (which) => {
    let receiver: Receiver | undefined;
    let missing = "";
    beforeAll(async () => {
      missing = which === "real" ? missingPrograms(kind, programs).join(" and ") : "";
      if (!missing) receiver = await (which === "real" ? kind.start(programs) : kind.startDouble?.());
    });
    afterAll(() => receiver?.stop());
    const target = (skip: (note: string) => void): Receiver => {
      if (missing) skip(`set ${missing}; its double stands in`);
      return receiver as Receiver;
    };

    for (const [title, one] of Object.entries(CASES)) {
      const expected = one.expected[name.startsWith("Cortex") ? "Cortex, 2.0 on" : name];
      if (!expected) continue;
      const [answers, stored] = expected;
      it(`1.0: ${title}`, async ({ skip }) => {
        expect(await observe(target(skip), "1.0", one)).toEqual([without2(answers), stored]);
      });
      if (name !== "Mimir" && name !== "Cortex, 2.0 on") continue;
      it(`2.0: ${title}`, async ({ skip }) => {
        expect(await observe(target(skip), "2.0", one)).toEqual([answers, stored]);
      });
    }

    const single: Case = { requests: ["a:3@5(2)"], expected: {} };
    const TWO: Readonly<Record<string, readonly [string, string]>> = {
      Mimir: ["200 wrote 1", "a:0@2,3@5"],
      "Cortex, 2.0 on": ["204 wrote 1", "a:3@5"],
      "Cortex, 2.0 off": ["415 2.0 is not accepted", ""],
      Thanos: ["200", ""],
    };
    it("2.0: a start timestamp without a zero", async ({ skip }) => {
      const receiver = target(skip);
      const expected = TWO[name];
      if (expected) expect(await observe(receiver, "2.0", single)).toEqual(expected);
    });
  });
});
