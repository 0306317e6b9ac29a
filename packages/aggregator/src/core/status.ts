import type { Heartbeat } from "./heartbeat.ts";
import type { Status } from "./message.ts";
import { jobOf } from "./model.ts";
import type { Shard } from "./shard.ts";

/** What a shard host tells of itself. */
export function statusOf(
  { target, instances, series, asleep }: Shard,
  heartbeat: Heartbeat | undefined,
  lastPush: Status["lastPush"],
): Status {
  const batches = (result: string) => {
    for (const { family, labels, value } of series) {
      if (family.name === "pushmeter.aggregator.batches" && labels.result === result) return Number(value);
    }
    return 0;
  };
  return {
    shard: target?.shard,
    job: target && jobOf(target.resource),
    instances,
    series: series.size,
    prometheusSeries: series.prometheusSeries,
    batches: batches("merged"),
    duplicates: batches("duplicate"),
    failures: heartbeat?.failures ?? 0,
    hasRival: heartbeat?.hasRival ?? false,
    lastPush,
    asleep,
  };
}
