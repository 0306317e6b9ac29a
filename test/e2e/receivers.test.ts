import type { Delivery } from "@pushmeter/testkit/faulty-proxy/deliveries";
import { throughout, until } from "@pushmeter/testkit/poll";
import { Random } from "@pushmeter/testkit/test-random";
import { describe, expect, it } from "vitest";
import { receivedRequests } from "./counted.ts";
import { heard, Setup, seen } from "./setup.ts";
import { addTo, KINDS, methodOf, rowOf } from "./traffic.ts";

const EVERY = 200;
const TIMEOUT = 1000;

/** The messages of the errors that `onError` gets, by the `result` of the push among pushmeter's own metrics. */
const MESSAGES = {
  timeout: /no answer within/,
  unreachable: /connection lost|refused|invalid/i,
  unavailable: /answered 500: out of order, come back later/,
};
type PushResult = keyof typeof MESSAGES;
const RESULTS = Object.keys(MESSAGES) as PushResult[];

const FAILURES = {
  hang: "timeout",
  down: "unreachable",
  garbage: "unreachable",
  "500": "unavailable",
  "cut the answer": "unreachable",
  "lose the answer": "unreachable",
  "store, then hang": "timeout",
} as const satisfies Partial<Record<Delivery | "down", PushResult>>;
type Failure = keyof typeof FAILURES;

describe("a receiver that fails", () => {
  const setup = new Setup();

  it("lets no response wait for a push", async () => {
    const worker = await setup.start({ flush: "invocation", timeout: 20_000 });
    await setup.proxy.fail("hang");
    for (let i = 0; i < 3; i++) {
      await seen(worker, "/courses/1");
      // No error yet: no push has ended.
      expect(await heard(worker)).toEqual([]);
      await until("a push is under way", () => setup.proxy.disturbed, Boolean);
    }
  });

  it.for(Object.keys(FAILURES) as Failure[])("changes no response and no total: %s", async (failure) => {
    const plain = await setup.start({ measured: false });
    const measured = [
      await setup.start({ flush: EVERY, timeout: TIMEOUT }, "remote-write"),
      await setup.start({ flush: EVERY, timeout: TIMEOUT }, "pushgateway"),
    ];
    await setup.proxy.fail(failure);
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
    for (const failures of [1, 2]) {
      await visitAll();
      for (const worker of measured) {
        const ask = () => heard(worker);
        const errors = await until("the failure is reported", ask, ({ length }) => length >= failures);
        // The last attempt can have had only a few milliseconds.
        for (const error of errors) expect([FAILURES[failure], "timeout"]).toContain(resultOf(error));
      }
    }

    await setup.proxy.work();
    const visitCourse = () => visit("/courses/1", "GET /courses/:id 200 success -");
    await visitCourse();
    // On a busy machine this push can be too late as well.
    expect(await setup.received(sent, visitCourse)).toEqual(sent);
    await throughout(2 * EVERY, () => expect(receivedRequests(setup.receiver)).toEqual(sent));
    // Each failure was reported once, and is counted once, by its result.
    const failed = async () => {
      const errors = (await Promise.all(measured.map(heard))).flat().map(resultOf);
      const reported = RESULTS.map((result) => errors.filter((error) => error === result).length);
      const counted = RESULTS.map((result) =>
        setup.receiver.total("pushmeter_push_duration_seconds_count", { result }),
      );
      const isOver = `${counted}` === `${reported}`;
      // A failed push is counted by the next one.
      if (!isOver) await visitCourse();
      return { isOver, counted, reported };
    };
    await until("each failure is counted", failed, ({ isOver }) => isOver);
  });
});

function resultOf(error: string): PushResult | undefined {
  return RESULTS.find((result) => MESSAGES[result].test(error));
}
