/** Alerts about aggregators, shard by shard; and which shards are silent, recorded for as long as they are. */
import {
  AGGREGATOR_OVERFLOW,
  AGGREGATOR_PUSHES,
  AGGREGATOR_REFUSED,
  AGGREGATOR_SET_ASIDE,
  NOT_SCRAPED,
  NOT_STORED,
} from "../names.ts";
import { counter } from "../query/growing.ts";
import type { Queries } from "../query/queries.ts";
import { fullness, liveShards, SILENT_SHARDS, silentShards } from "../query/shards.ts";
import { GONE_AFTER } from "./presence.ts";
import { FAILING, KEPT, WINDOW } from "./pushes.ts";
import type { Alert, RecordingRule } from "./rule.ts";

/**
 * Its own last value carries a silence on. Shorter than a shard counts as live after one heartbeat: a silence that
 * is over must not begin again when the shard sleeps.
 */
const CARRIED = "4m";
const NEARLY_FULL = 0.8;
const SHARD = "job, instance";
const DASHBOARD = "pushmeter-aggregator";
const NAMED = "{{ $labels.instance }} of {{ $labels.job }}";

export function aggregatorRules(q: Queries): RecordingRule[] {
  const since = `(last_over_time(${SILENT_SHARDS}[${CARRIED}]) > time() - ${GONE_AFTER})`;
  const begun = `group by (${SHARD}) (${silentShards(q)}) * time()`;
  return [
    {
      record: SILENT_SHARDS,
      expr: `(${since} unless on (${SHARD}) ${liveShards(q)}) or on (${SHARD}) ${begun}`,
    },
  ];
}

export function aggregatorAlerts(q: Queries): Alert[] {
  // Pushed or scraped: a scrape sees failures while they last.
  const [all, failed] = [counter(AGGREGATOR_PUSHES), counter(AGGREGATOR_PUSHES, NOT_STORED)];
  const grown = (metric: string, by: string, window = WINDOW) =>
    `${q.growth(counter(metric, NOT_SCRAPED), by, window)} > 0`;
  return [
    {
      alert: "ShardPushesFailing",
      expr: `${q.growth(failed, SHARD, WINDOW)} / (${q.growth(all, SHARD, WINDOW)} > 0) > ${FAILING}`,
      for: "5m",
      severity: "ticket",
      summary: `Pushes of the aggregator's shard ${NAMED} fail`,
      description: `{{ $value | humanizePercentage }} of its pushes within 15 minutes were not stored. The shard keeps the totals. ${KEPT}.`,
      dashboard: DASHBOARD,
    },
    {
      alert: "AggregatorSilent",
      expr: SILENT_SHARDS,
      severity: "ticket",
      summary: `Nothing is heard of the aggregator's shard ${NAMED}`,
      description:
        "It got batches, and then its series stopped. Either it does not run, or its pushes do not get through.",
      dashboard: DASHBOARD,
    },
    {
      alert: "AggregatorRefuses",
      expr: grown(AGGREGATOR_REFUSED, `${SHARD}, status`),
      severity: "ticket",
      summary: "The aggregator refuses requests with {{ $labels.status }}",
      description:
        "{{ $value | humanize }} requests within 15 minutes were refused whole: none of them counts.",
      dashboard: DASHBOARD,
    },
    {
      alert: "AggregatorRowsSetAside",
      expr: grown(AGGREGATOR_SET_ASIDE, SHARD, "1d"),
      severity: "ticket",
      summary: `The aggregator's shard ${NAMED} could not read what it had stored`,
      description:
        "{{ $value | humanize }} stored rows within a day were set aside: their batches are not counted.",
      dashboard: DASHBOARD,
    },
    {
      alert: "AggregatorNearLimit",
      expr: `${fullness(q)} > ${NEARLY_FULL}`,
      for: "5m",
      severity: "ticket",
      summary: `The aggregator's shard ${NAMED} is nearly full`,
      description:
        "It uses {{ $value | humanizePercentage }} of the memory or series that it may have. What exceeds them is counted without its attributes.",
      dashboard: DASHBOARD,
    },
    {
      alert: "AggregatorOverflow",
      expr: grown(AGGREGATOR_OVERFLOW, SHARD),
      severity: "ticket",
      summary: `The aggregator's shard ${NAMED} has no room for more series`,
      description:
        "{{ $value | humanize }} data points within 15 minutes were counted together, without their attributes.",
      dashboard: DASHBOARD,
    },
  ];
}
