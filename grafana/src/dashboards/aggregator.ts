/** Whether an aggregator counts and pushes: what comes in, what it keeps, and what goes out, shard by shard. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { linkTo, UIDS } from "../links.ts";
import {
  AGGREGATOR_BATCHES,
  AGGREGATOR_INSTANCES,
  AGGREGATOR_LAST_PUSH,
  AGGREGATOR_MEMORY,
  AGGREGATOR_OVERFLOW,
  AGGREGATOR_PUSHES,
  AGGREGATOR_REFUSED,
  AGGREGATOR_REJECTED,
  AGGREGATOR_SERIES,
  AGGREGATOR_SET_ASIDE,
  NOT_SCRAPED,
  NOT_STORED,
  SHARD_BYTES,
  SHARD_SERIES,
} from "../names.ts";
import {
  batchesByResult,
  instancesAgainstSeries,
  ofShards,
  refusedRequests,
  rejectedPoints,
  scrapedPushes,
  shardPushes,
} from "../panels/aggregator.ts";
import { AGES, LATE, PER_MINUTE } from "../panels/last-push.ts";
import { lines } from "../panels/lines.ts";
import type { PanelBuilder } from "../panels/panel.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { counter } from "../query/growing.ts";
import { orNone } from "../query/presence.ts";
import { Queries, type Scope, WHOLE_RANGE } from "../query/queries.ts";
import { fullness, liveShards, SILENT_SHARDS } from "../query/shards.ts";
import { BAD, NEUTRAL, OK, WARN } from "../theme.ts";
import { CHOSEN, choices } from "../variables.ts";

const SHARD = "job, instance";
const SHARD_NAME = "{{job}} {{instance}}";
const SILENT = "nothing heard";
/** For counts of what should not happen. */
const NONE_IS_GOOD = [
  [null, OK],
  [1, WARN],
] as const;
/** Parts of a shard's limits. */
const FULL = [
  [null, OK],
  [0.8, WARN],
  [1, BAD],
] as const;

const pushes = counter(AGGREGATOR_PUSHES, NOT_SCRAPED);
const failed = counter(AGGREGATOR_PUSHES, NOT_SCRAPED, NOT_STORED);
const overflow = counter(AGGREGATOR_OVERFLOW, NOT_SCRAPED);

export function aggregator({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  return dashboard({
    uid: UIDS.aggregator,
    title: "Aggregator",
    description:
      "Whether an aggregator counts and pushes, shard by shard: what comes in, what it keeps, what goes out.",
    variables: choices(dialect, AGGREGATOR_PUSHES, [AGGREGATOR_PUSHES]),
    rows: [
      { height: 4, panels: now(q) },
      { heading: "Out", height: 8, panels: [sincePush(q), shardPushes(q), scrapedPushes(q)] },
      { heading: "In", height: 8, panels: [batchesByResult(q), refusedRequests(q), rejectedPoints(q)] },
      { heading: "Kept", height: 8, panels: [instancesAgainstSeries(q), series(q), memory(q), crowded(q)] },
      { heading: "Shards", height: 9, panels: [shards(q)] },
    ],
  });
}

/** How much grew within the time shown: 0 where shards push. */
function total(q: Queries, metric: string, by = ""): string {
  return `(${q.growthOrZero(counter(metric, NOT_SCRAPED), pushes, by, WHOLE_RANGE)})`;
}

function sinceLastStored(q: Queries): string {
  return `time() - ${ofShards(q, AGGREGATOR_LAST_PUSH)}`;
}

function now(q: Queries): PanelBuilder[] {
  const live = `count(${liveShards(q)})`;
  const count = { unit: "none", decimals: 0, noValue: SILENT } as const;
  return [
    stat({
      ...count,
      title: "Live shards",
      description:
        "Shards heard of within five minutes. A shard without a batch for ten minutes sleeps: its series end, and go on with the next batch.",
      queries: [{ expr: live }],
    }),
    stat({
      ...count,
      title: "Silent shards",
      description:
        "Shards that got batches and were not heard of any more: the aggregator does not run, or its pushes do not arrive. From the recording rules of deploy/rules.",
      thresholds: [
        [null, OK],
        [1, BAD],
      ],
      queries: [{ expr: `count(${q.select(SILENT_SHARDS)}) or 0 * ${live}` }],
    }),
    stat({
      title: "Last stored push",
      description:
        "Time since all totals were stored last; of the shard that waits longest. Shards push every 15 seconds unless told otherwise.",
      unit: "s",
      decimals: 0,
      thresholds: AGES,
      noValue: SILENT,
      queries: [{ expr: `max(${sinceLastStored(q)})` }],
    }),
    stat({
      title: "Failed pushes",
      description: `Part of the shards' pushes within the time shown that were not stored. The next push carries the totals. ${LATE}`,
      unit: "percentunit",
      decimals: 2,
      thresholds: FAILED_SHARE,
      noValue: SILENT,
      queries: [{ expr: q.share(failed, pushes, "", WHOLE_RANGE) }],
    }),
    stat({
      ...count,
      title: "Refused requests",
      description:
        "Requests within the time shown that were refused whole. Refused requests by status, below, says why.",
      thresholds: NONE_IS_GOOD,
      queries: [{ expr: total(q, AGGREGATOR_REFUSED) }],
    }),
    stat({
      ...count,
      title: "Rows set aside",
      description:
        "Stored rows that could not be read within the time shown. They are kept, but not counted: the runbook, AggregatorRowsSetAside, says what to do.",
      thresholds: [
        [null, OK],
        [1, BAD],
      ],
      queries: [{ expr: total(q, AGGREGATOR_SET_ASIDE) }],
    }),
  ];
}

function sincePush(q: Queries): PanelBuilder {
  return lines({
    title: "Time since the last stored push",
    description:
      "Per shard. Steadily growing: its pushes fail, or nothing is heard of it. A line that ends: the shard sleeps.",
    unit: "s",
    thresholds: AGES,
    queries: [{ expr: sinceLastStored(q), legend: SHARD_NAME }],
  });
}

function series(q: Queries): PanelBuilder {
  return lines({
    title: "Series of a shard",
    description: `Per shard, each bucket of a histogram counted. A shard keeps at most ${SHARD_SERIES}: then give the service more shards, or look for an attribute with too many values.`,
    unit: "short",
    queries: [{ expr: ofShards(q, AGGREGATOR_SERIES), legend: SHARD_NAME }],
  });
}

function memory(q: Queries): PanelBuilder {
  return lines({
    title: "Memory of a shard",
    description: `Estimated, of its series. A shard keeps at most ${SHARD_BYTES / 1e6} MB.`,
    unit: "decbytes",
    queries: [{ expr: ofShards(q, AGGREGATOR_MEMORY), legend: SHARD_NAME }],
  });
}

function crowded(q: Queries): PanelBuilder {
  return lines({
    title: "Points without room",
    description:
      'Data points per minute that were counted under otel_metric_overflow="true", without their attributes, because there was no room for their series.',
    unit: PER_MINUTE,
    colours: { none: NEUTRAL },
    queries: [
      { expr: orNone(q, q.perMinute(overflow, "job"), "job", [AGGREGATOR_PUSHES]), legend: "{{job}}" },
    ],
  });
}

function shards(q: Queries): PanelBuilder {
  const count = { unit: "none", decimals: 0 } as const;
  return table({
    title: "Shards",
    description:
      "Every shard, longest without a stored push first. Batches, rejected points and points without room are those of the time shown.",
    label: "instance",
    heading: "Shard",
    others: { job: "Service" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own.
    links: [linkTo("pushHealth", "Its pushes", { instance: "${__value.raw:percentencode}" })],
    columns: [
      { name: "Last stored push", expr: sinceLastStored(q), unit: "s", decimals: 0, thresholds: AGES },
      {
        name: "Failed pushes",
        expr: q.share(failed, pushes, SHARD, WHOLE_RANGE),
        unit: "percentunit",
        decimals: 1,
        thresholds: FAILED_SHARE,
      },
      { name: "Batches", expr: total(q, AGGREGATOR_BATCHES, SHARD), ...count },
      {
        name: "Rejected points",
        expr: total(q, AGGREGATOR_REJECTED, SHARD),
        ...count,
        thresholds: NONE_IS_GOOD,
      },
      {
        name: "Without room",
        expr: total(q, AGGREGATOR_OVERFLOW, SHARD),
        ...count,
        thresholds: NONE_IS_GOOD,
      },
      {
        name: "Full",
        expr: fullness(q),
        unit: "percentunit",
        decimals: 1,
        thresholds: FULL,
      },
      { name: "Instances", expr: ofShards(q, AGGREGATOR_INSTANCES), ...count },
    ],
  });
}
