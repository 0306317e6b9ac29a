/** A simulated year: a deployment a day, a hundred routes, instances that live two minutes. */
import { seeded } from "@pushmeter/testkit/random";
import { expect, it } from "vitest";
import { body, sum } from "../testing/otlp.ts";
import { FakeObject } from "../testing/simulation.ts";

const HOUR = 3_600_000;
const ROUTES = 100;
/** Of an instance, ms. */
const LIFE = 120_000;
/** Between two heartbeats of the simulation, which would take too long with all of a year's. */
const PAUSE = 4 * HOUR;

interface Globals {
  readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
}
const days = (globalThis as Globals).process?.env.SOAK ? 365 : 12;

it(`keeps memory, rows and series within bounds over ${days} days, nothing live overflows, growth is exact`, {
  timeout: 1_800_000,
}, async () => {
  const random = seeded(5);
  const object = new FakeObject();
  const most = { series: 0, bytes: 0, rows: 0, senders: 0 };
  let truth = 0;
  let number = 0;
  for (let day = 0; day < days; day++) {
    for (let hour = 0; hour < 24; hour += PAUSE / HOUR) {
      for (let time = 0; time < PAUSE; time += LIFE) {
        // For an hour the old deployment still serves.
        const version = hour === 0 && time < HOUR && random() < 0.5 ? day - 1 : day;
        const now = object.runtime.now();
        const metrics = Array.from({ length: 3 }, () => {
          const attributes = { route: `/r${Math.floor(random() * ROUTES)}`, version: `v${version}` };
          return sum(1, now, { name: "requests", attributes });
        });
        truth += metrics.length;
        object.push({ instance: `i-${++number}`, seq: 1 }, body({ metrics }), "json");
        await object.runtime.advance(LIFE);
      }
      await object.nextHeartbeat();
      const { prometheusSeries, bytes } = object.shard.series;
      most.series = Math.max(most.series, prometheusSeries);
      most.bytes = Math.max(most.bytes, bytes);
      most.rows = Math.max(most.rows, [...object.store.load().rows].length);
      most.senders = Math.max(most.senders, object.shard.instances);
    }
    if (day % 5 === 4) object.restart();
  }
  let growth = 0;
  for (const { samples } of object.receiver.series("requests_total")) {
    let before: number | undefined;
    for (const { value, stale } of samples) {
      if (stale) continue;
      if (before !== undefined) growth += value >= before ? value - before : value;
      before = value;
    }
  }
  expect(growth).toBe(truth);
  expect(object.receiver.series("requests_total", { otel_metric_overflow: "true" })).toEqual([]);
  expect(object.receiver.refused).toBe(0);
  // Two deployments' routes, and the aggregator's own.
  expect(most.series).toBeLessThanOrEqual(3 * ROUTES);
  expect(most.bytes).toBeLessThan(1_000_000);
  expect(most.rows).toBeLessThanOrEqual(2_100);
  expect(most.senders).toBeLessThanOrEqual((6 * HOUR) / LIFE + 1);
});
