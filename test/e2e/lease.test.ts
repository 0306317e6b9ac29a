import { throughout, until } from "@pushmeter/testkit/poll";
import { Random } from "@pushmeter/testkit/test-random";
import { describe, expect, it } from "vitest";
import { Rig, seen } from "./rig.ts";
import { addTo, send } from "./traffic.ts";

const EVERY = 1000;
const ABORTED = "GET - 200 success -";
const COURSE = "GET /courses/:id 200 success -";

describe("a lingering push in workerd", () => {
  const rig = new Rig();

  it("whose owner was aborted is made good by the next request", async () => {
    const worker = await rig.start({ flush: EVERY });
    await seen(worker, "/raw/aborted");
    // Were its owner alive, it would have come by now.
    await throughout(EVERY + 500, () => expect(rig.receiver.accepted).toBe(0));

    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 1, [COURSE]: 1 };
    expect(await rig.received(sent)).toEqual(sent);
    expect(rig.receiver.total("faas_coldstarts_total")).toBe(1);
  });

  it("whose owner was aborted is made good by a request that came before", async () => {
    const worker = await rig.start({ flush: EVERY });
    await seen(worker, "/raw/aborted");
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 1, [COURSE]: 1 };
    expect(await rig.received(sent)).toEqual(sent);
  });

  it("whose owner and all who stood by were aborted is made good by the next request after them", async () => {
    const worker = await rig.start({ flush: EVERY });
    for (let i = 0; i < 5; i++) await seen(worker, "/raw/aborted");
    // By then the last one's lease has expired.
    await throughout(2 * EVERY + 2500, () => expect(rig.receiver.accepted).toBe(0));
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 5, [COURSE]: 1 };
    expect(await rig.received(sent)).toEqual(sent);
  });

  it("goes on among requests that are aborted", async () => {
    const worker = await rig.start({ flush: 200 });
    const random = new Random();
    const sent: Record<string, number> = {};
    for (let round = 0; round < 5; round++) {
      await seen(worker, "/raw/aborted");
      addTo(sent, { [ABORTED]: 1 });
      addTo(sent, await send([worker], { random, requests: 40, concurrency: 8 }));
    }
    // Those who own and stand by when the last one is aborted may be aborted too; by then their leases are over.
    await throughout(2500, () => expect(rig.receiver.refused).toBe(0));
    await seen(worker, "/courses/1");
    addTo(sent, { [COURSE]: 1 });
    expect(await rig.received(sent)).toEqual(sent);
  });
});

describe("a push in workerd", () => {
  const rig = new Rig();

  it("whose owner was aborted in the middle of it is made good, though it was stored", async () => {
    const worker = await rig.start({ flush: 10, timeout: 20_000 });
    await rig.front.fail("silence");
    // Long enough for the push to be on its way.
    const after = 1500;
    await seen(worker, `/raw/aborted?after=${after}`);
    await until(
      "the push is under way",
      () => rig.receiver.accepted,
      (accepted) => accepted === 1,
    );
    await seen(worker, "/raw/aborted");
    await throughout(after + 500, () => expect(rig.receiver.accepted).toBe(1));
    await rig.front.work();
    await seen(worker, "/courses/1");
    const sent = { [ABORTED]: 2, [COURSE]: 1 };
    expect(await rig.received(sent)).toEqual(sent);
  });
});

describe('"invocation" in workerd', () => {
  const rig = new Rig();

  it("pushes after each invocation", async () => {
    const worker = await rig.start({ flush: "invocation" });
    for (let i = 1; i <= 5; i++) {
      await seen(worker, "/courses/1");
      await rig.received({ [COURSE]: i });
    }
    const sent: Record<string, number> = { [COURSE]: 5 };
    addTo(sent, await send([worker], { random: new Random(), requests: 200, concurrency: 8 }));
    expect(await rig.received(sent)).toEqual(sent);
  });
});
