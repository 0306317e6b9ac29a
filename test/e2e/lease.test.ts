import { throughout, until } from "@pushmeter/testkit/poll";
import { serve } from "@pushmeter/testkit/serve";
import { Random } from "@pushmeter/testkit/test-random";
import { describe, expect, it } from "vitest";
import { Setup, seen } from "./setup.ts";
import { addTo, send } from "./traffic.ts";

const EVERY = 1000;
const ABORTED = "GET - 200 success -";
const COURSE = "GET /courses/:id 200 success -";

describe("a lingering push in workerd", () => {
  const setup = new Setup();

  it("whose owner was aborted is repeated by the next request", async () => {
    const worker = await setup.start({ flush: EVERY });
    await seen(worker, "/raw/aborted");
    // If its owner were alive, it would have come by now.
    await throughout(EVERY + 500, () => expect(setup.receiver.accepted).toBe(0));

    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 1, [COURSE]: 1 };
    expect(await setup.received(sent)).toEqual(sent);
    expect(setup.receiver.total("faas_coldstarts_total")).toBe(1);
  });

  it("whose owner was aborted is repeated by a request that was already there", async () => {
    const worker = await setup.start({ flush: EVERY });
    await seen(worker, "/raw/aborted");
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 1, [COURSE]: 1 };
    expect(await setup.received(sent)).toEqual(sent);
  });

  it("whose owner and successors were all aborted is repeated by the next request", async () => {
    const worker = await setup.start({ flush: EVERY });
    for (let i = 0; i < 5; i++) await seen(worker, "/raw/aborted");
    // Until then the last lease has expired.
    await throughout(2 * EVERY + 2500, () => expect(setup.receiver.accepted).toBe(0));
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 5, [COURSE]: 1 };
    expect(await setup.received(sent)).toEqual(sent);
  });

  it("goes on among requests that are aborted", async () => {
    const worker = await setup.start({ flush: 200 });
    const random = new Random();
    const sent: Record<string, number> = {};
    for (let round = 0; round < 5; round++) {
      await seen(worker, "/raw/aborted");
      addTo(sent, { [ABORTED]: 1 });
      addTo(sent, await send([worker], { random, requests: 40, concurrency: 8 }));
    }
    // The last abort can hit the owner and its successors, too: until then their leases have expired.
    await throughout(2500, () => expect(setup.receiver.refused).toBe(0));
    await seen(worker, "/courses/1");
    addTo(sent, { [COURSE]: 1 });
    expect(await setup.received(sent)).toEqual(sent);
  });
});

describe("a push in workerd", () => {
  const setup = new Setup();

  it("whose owner was aborted in the middle of it is repeated and counts once, though it was stored", async () => {
    const worker = await setup.start({ flush: 10, timeout: 60_000 });
    await setup.proxy.fail("store, then hang");
    const { promise: pushed, resolve: abort } = Promise.withResolvers<void>();
    const gate = await serve(async () => {
      await pushed;
      return new Response();
    });
    await seen(worker, `/raw/aborted?gate=${gate.url}`);
    await until(
      "the push is under way",
      () => setup.receiver.accepted,
      (accepted) => accepted === 1,
    );
    abort();
    await seen(worker, "/raw/aborted");
    await throughout(1500, () => expect(setup.receiver.accepted).toBe(1));
    gate.close();
    await setup.proxy.work();
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 2, [COURSE]: 1 };
    expect(await setup.received(sent)).toEqual(sent);
  });
});

describe('"invocation" in workerd', () => {
  const setup = new Setup();

  it("pushes after each invocation", async () => {
    const worker = await setup.start({ flush: "invocation" });
    for (let i = 1; i <= 5; i++) {
      await seen(worker, "/courses/1");
      await setup.received({ [COURSE]: i });
    }
    const sent: Record<string, number> = { [COURSE]: 5 };
    addTo(sent, await send([worker], { random: new Random(), requests: 200, concurrency: 8 }));
    expect(await setup.received(sent)).toEqual(sent);
  });
});
