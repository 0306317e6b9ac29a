/** Panels about an aggregator, for the dashboards Aggregator and Push health. */
import {
  AGGREGATOR_BATCHES,
  AGGREGATOR_INSTANCES,
  AGGREGATOR_PUSHES,
  AGGREGATOR_REFUSED,
  AGGREGATOR_REJECTED,
  NOT_SCRAPED,
  SCRAPED,
} from "../names.ts";
import { counter } from "../query/growing.ts";
import { orNone } from "../query/presence.ts";
import { ALIVE, type Queries } from "../query/queries.ts";
import { NEUTRAL, OK, PUSH_RESULTS, WARN } from "../theme.ts";
import { LATE, LONG, PER_MINUTE } from "./last-push.ts";
import { lines } from "./lines.ts";
import type { PanelBuilder } from "./panel.ts";

/** One value per shard, whether it is pushed, scraped or both. */
export function ofShards(q: Queries, metric: string): string {
  return `max by (job, instance) (${q.select(metric)})`;
}

/** How many series each service has in Prometheus. */
export function seriesOfServices(q: Queries): string {
  // The look-back of a query may be longer than a series lives.
  return `count by (job) (last_over_time(${q.select("")}[${ALIVE}]))`;
}

export function instancesAgainstSeries(q: Queries): PanelBuilder {
  return lines({
    title: "Instances against series",
    description:
      "Instances that sent something to the aggregator within six hours, and the series that Prometheus has of them (right). The series do not grow with the instances.",
    unit: "short",
    right: / series$/,
    queries: [
      { expr: `sum by (job) (${ofShards(q, AGGREGATOR_INSTANCES)})`, legend: "{{job}} instances" },
      {
        expr: `${seriesOfServices(q)} and on (job) group by (job) (${q.select(AGGREGATOR_INSTANCES)})`,
        legend: "{{job}} series",
      },
    ],
  });
}

export function batchesByResult(q: Queries): PanelBuilder {
  return lines({
    title: "Batches by result",
    description:
      "Batches per minute that were merged; those that were repeated, because an answer was lost, and counted once (duplicate).",
    unit: PER_MINUTE,
    stacked: true,
    colours: { merged: OK, duplicate: WARN },
    queries: [
      { expr: q.perMinute(counter(AGGREGATOR_BATCHES, NOT_SCRAPED), "result"), legend: "{{result}}" },
    ],
  });
}

export function shardPushes(q: Queries): PanelBuilder {
  return lines({
    title: "Aggregator's pushes by result",
    description: `The shards' pushes of all totals per minute, over ten minutes. ${LATE}`,
    unit: PER_MINUTE,
    stacked: true,
    colours: PUSH_RESULTS,
    queries: [
      { expr: q.perMinute(counter(AGGREGATOR_PUSHES, NOT_SCRAPED), "result", LONG), legend: "{{result}}" },
    ],
  });
}

export function scrapedPushes(q: Queries): PanelBuilder {
  return lines({
    title: "Pushes as a scrape sees them",
    description:
      "The same, from the server's /metrics, which Prometheus can read while pushes fail. Empty unless it is scraped with the label scraped: docs/aggregator-server.md.",
    unit: PER_MINUTE,
    stacked: true,
    colours: PUSH_RESULTS,
    queries: [{ expr: q.perMinute(counter(AGGREGATOR_PUSHES, SCRAPED), "result"), legend: "{{result}}" }],
  });
}

export function rejectedPoints(q: Queries): PanelBuilder {
  return lines({
    title: "Rejected points by reason",
    description: "Data points per minute that came in and could not be added up.",
    unit: PER_MINUTE,
    colours: { none: NEUTRAL },
    queries: [{ expr: perMinuteOrNone(q, AGGREGATOR_REJECTED, "reason"), legend: "{{reason}}" }],
  });
}

export function refusedRequests(q: Queries): PanelBuilder {
  return lines({
    title: "Refused requests by status",
    description:
      "Requests per minute that were refused whole: not OTLP (400), too large (413), another content type (415). They count for the service unknown_service. The aggregator's log has the reason.",
    unit: PER_MINUTE,
    colours: { none: NEUTRAL },
    queries: [{ expr: perMinuteOrNone(q, AGGREGATOR_REFUSED, "status"), legend: "{{status}}" }],
  });
}

function perMinuteOrNone(q: Queries, metric: string, label: string): string {
  return orNone(q, q.perMinute(counter(metric, NOT_SCRAPED), label), label, [AGGREGATOR_PUSHES]);
}
