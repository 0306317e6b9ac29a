/** What a thousand instances leave behind in one shard: ten simulated minutes, a batch of each every 30 s. */
import { type Batch, keyOf, Shard } from "@pushmeter/aggregator/core";

export const INSTANCES = 1000;
export const SERIES = 50;
const MINUTES = 10;
const EVERY = 30_000;

export interface Size {
  /** Bytes of the stored snapshot. */
  readonly stored: number;
  readonly series: number;
}

/** After the first minute and after the last. */
export function bounded(): { first: Size; last: Size; total: number } {
  const shard = new Shard();
  const metric = { scope: "app", scopeVersion: "", name: "requests", unit: "", description: "" };
  const start = 1_700_000_000_000;
  let first: Size | undefined;
  for (let time = 0; time < MINUTES * 60_000; time += EVERY) {
    if (time === 60_000) first = sizeOf(shard);
    for (let instance = 0; instance < INSTANCES; instance++) {
      const points = Array.from({ length: SERIES }, (_, route) => ({
        metric: { ...metric, kind: "counter" as const },
        key: keyOf({ "http.route": `/r${route}` }),
        time: start + time,
        value: 1,
        cumulative: false,
      }));
      const batch: Batch = { resource: { "service.name": "bench" }, points, rejected: new Map() };
      shard.merge({ instance: `instance-${instance}`, seq: 1 + time / EVERY }, batch, start + time);
    }
  }
  let total = 0;
  for (const { metric, value } of shard.totals) if (metric.name === "requests") total += Number(value);
  return { first: first ?? sizeOf(shard), last: sizeOf(shard), total };
}

function sizeOf(shard: Shard): Size {
  const stored = JSON.stringify([shard.save(), shard.totals.save()]).length;
  return { stored, series: shard.totals.size };
}
