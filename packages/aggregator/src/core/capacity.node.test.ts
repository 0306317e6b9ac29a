/** As much as a shard may have: in Node alone, for it takes seconds. */
import { expect, it } from "vitest";
import { nanoseconds, sum } from "../testing/otlp.ts";
import { digest, send } from "../testing/sending.ts";
import { FakeObject } from "../testing/simulation.ts";
import type { BatchId } from "./shard.ts";

it("recognises a hundred thousand bodies of one minute, and tells how many it had to forget", async () => {
  const object = new FakeObject();
  const ids = Array.from({ length: 210_000 }, digest);
  const empty = { metrics: [] };
  // Straight into the shard: the journal is not what is tested here.
  const batch = { resource: {}, points: [], rejected: new Map<string, number>() };
  for (const [i, id] of ids.entries()) object.shard.merge(id, batch, object.runtime.now() + i / 3);
  await object.runtime.advance(70_000);
  expect(object.shard.isKnown(ids.at(-100_000) as BatchId)).toBe(true);
  send(object, empty);
  await object.nextHeartbeat();
  const forgotten = { what: "digests" };
  const known = ids.filter((id) => object.shard.isKnown(id)).length;
  expect(known).toBeGreaterThan(30_000);
  expect(object.receiver.total("pushmeter_aggregator_forgotten_total", forgotten)).toBe(210_000 - known);
});

it("makes room for new series within an hour when a metric is full", async () => {
  const object = new FakeObject();
  const metrics = (from: number) =>
    Array.from({ length: 1990 }, (_, i) => sum(1, object.runtime.now(), { attributes: { user: from + i } }));
  send(object, { metrics: metrics(0) });
  await object.nextHeartbeat();
  send(object, { metrics: metrics(10_000) });
  await object.nextHeartbeat();
  expect(object.receiver.total("logins_total", { otel_metric_overflow: "true" })).toBe(1981);
  for (let n = 0; n < 5; n++) {
    await object.runtime.advance(13 * 60_000);
    send(object, { metrics: [sum(1, object.runtime.now(), { attributes: { user: 11_000 } })] });
    await object.nextHeartbeat();
  }
  send(object, { metrics: metrics(20_000) });
  await object.nextHeartbeat();
  send(object, { metrics: metrics(20_000) });
  await object.nextHeartbeat();
  expect(object.receiver.total("logins_total", { user: "21000" })).toBe(2);
  expect(object.receiver.refused).toBe(0);
});

it("a heartbeat that has no time for everything goes on where it stopped, until every series has been pushed", async () => {
  const object = new FakeObject();
  const bounds = Array.from({ length: 150 }, (_, i) => i);
  const bucketCounts = bounds.map(() => 0).concat(1);
  for (let from = 0; from < 400; from += 200) {
    const dataPoints = Array.from({ length: 200 }, (_, i) => ({
      attributes: [{ key: "user", value: { intValue: from + i } }],
      timeUnixNano: nanoseconds(object.runtime.now()),
      count: 1,
      bucketCounts,
      explicitBounds: bounds,
    }));
    send(object, { metrics: [{ name: "size", histogram: { aggregationTemporality: 1, dataPoints } }] });
  }
  const { network } = object;
  object.network = async (request) => {
    await object.runtime.advance(2_000);
    return network(request);
  };
  const pushed = () =>
    object.receiver
      .series("size_count")
      .filter((one) => one.samples.findLast(({ stale }) => !stale)?.value === 1);
  const seen: number[] = [];
  for (let n = 0; n < 12 && pushed().length < 400; n++) {
    await object.nextHeartbeat();
    seen.push(pushed().length);
  }
  expect(seen.at(-1)).toBe(400);
  expect(seen.length).toBeGreaterThan(1);
  expect(object.receiver.refused).toBe(0);
});
