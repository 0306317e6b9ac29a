import { throughout, until } from "@pushmeter/testkit/poll";
import { Random } from "@pushmeter/testkit/test-random";
import { describe, expect, it } from "vitest";
import type { Failure } from "./front.ts";
import { heard, Rig, seen } from "./rig.ts";
import { addTo, KINDS, methodOf, rowOf } from "./traffic.ts";

const EVERY = 200;
const TIMEOUT = 500;

const LATE = /no answer within/;
/** What `onError` hears, and the `result` of the push among pushmeter's own metrics. */
const FAILURES: { readonly [Name in Failure]: readonly [heard: RegExp, result: string] } = {
  hang: [LATE, "timeout"],
  refuse: [/connection lost|refused/i, "unreachable"],
  garbage: [/connection lost|invalid/i, "unreachable"],
  error: [/answered 500: out of order, come back later/, "unavailable"],
  cut: [/connection lost/i, "unreachable"],
  "lost answer": [/connection lost/i, "unreachable"],
  silence: [LATE, "timeout"],
};

describe("a receiver that fails", () => {
  const rig = new Rig();

  it("lets no response wait for a push", async () => {
    const worker = await rig.start({ flush: "invocation", timeout: 20_000 });
    await rig.front.fail("hang");
    for (let i = 0; i < 3; i++) {
      await seen(worker, "/courses/1");
      // A push that ends without an answer is heard of: none has ended yet.
      expect(await heard(worker)).toEqual([]);
      await until("a push is under way", () => rig.front.attempts, Boolean);
    }
  });

  it.for(Object.keys(FAILURES) as Failure[])("changes no response and no total: %s", async (failure) => {
    const plain = await rig.start({ measured: false });
    const measured = [
      await rig.start({ flush: EVERY, timeout: TIMEOUT }, "remote-write"),
      await rig.start({ flush: EVERY, timeout: TIMEOUT }, "pushgateway"),
    ];
    await rig.front.fail(failure);
    const sent: Record<string, number> = {};
    const random = new Random();

    const visit = async (path: string, row: string, init?: RequestInit) => {
      const answer = await seen(plain, path, init);
      for (const worker of measured) expect(await seen(worker, path, init)).toBe(answer);
      addTo(sent, { [row]: measured.length });
    };
    const visitAll = async () => {
      for (const kind of KINDS) await visit(kind.path(random), rowOf(kind), { method: methodOf(kind) });
      const upload = { method: "POST", body: "Grüße ".repeat(20_000) };
      await visit("/raw/echo", "POST - 202 success -", upload);
    };
    const [message, result] = FAILURES[failure];
    for (const failures of [1, 2]) {
      await visitAll();
      for (const worker of measured) {
        const ask = () => heard(worker);
        const errors = await until("the failure is heard of", ask, ({ length }) => length >= failures);
        // A last attempt may have had a few milliseconds only.
        for (const error of errors) expect(error).toMatch(LATE.test(error) ? LATE : message);
      }
    }

    await rig.front.work();
    await visit("/courses/1", "GET /courses/:id 200 success -");
    expect(await rig.received(sent)).toEqual(sent);
    await throughout(2 * EVERY, async () => expect(await rig.received(sent)).toEqual(sent));
    // A push may have been stored and its answer too late: what it says of itself comes with the next one.
    const failedPushes = () =>
      rig.receiver
        .series("pushmeter_push_duration_seconds_count")
        .filter(({ labels }) => labels.result !== "success");
    const uncounted = async () => {
      const counted = failedPushes().reduce((sum, { samples }) => sum + (samples.at(-1)?.value ?? 0), 0);
      let failures = 0;
      for (const worker of measured) failures += (await heard(worker)).length;
      if (failures > counted) await visit("/courses/1", "GET /courses/:id 200 success -");
      return failures - counted;
    };
    // Each failure was heard of once, and is counted once, by its result.
    expect(await until("each failure is counted", uncounted, (left) => left <= 0)).toBe(0);
    expect(failedPushes().map(({ labels }) => labels.result)).toContain(result);
  });
});
