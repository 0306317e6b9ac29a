/** The requests that a real Prometheus or a receiver has counted, in the same form as those that were sent. */
import type { Receiver } from "@pushmeter/sdk/testing";
import type { Prometheus } from "@pushmeter/testkit/servers/prometheus";
import { rowOf, type Table } from "./traffic.ts";

const COUNT = "http_server_request_duration_seconds_count";
const BY = "http_request_method, http_route, http_response_status_code, outcome, error_type";

/** The sum of the last values of all instances, including those that no longer push. */
export async function countedRequests(
  prometheus: Prometheus,
  series = `${COUNT}{job="courses"}`,
): Promise<Table> {
  const result = await prometheus.query(`sum by (${BY}) (last_over_time(${series}[1h]))`);
  return tableOf(result);
}

/** Counters and histograms whose first sample is not the zero that `increase` needs. */
export async function withoutZero(prometheus: Prometheus): Promise<string[]> {
  const counters = '{job="courses",__name__=~".+_(count|sum|bucket|total)"}';
  const series = await prometheus.queryRange(`${counters}[1h]`);
  return series.filter(({ samples }) => samples[0]?.[1] !== 0).map(({ labels }) => JSON.stringify(labels));
}

export function receivedRequests(receiver: Receiver): Table {
  return tableOf(
    receiver.series(COUNT).map(({ labels, samples }) => ({ labels, value: samples.at(-1)?.value ?? 0 })),
  );
}

function tableOf(series: readonly { labels: Readonly<Record<string, string>>; value: number }[]): Table {
  const table: Record<string, number> = {};
  for (const { labels, value } of series) {
    const row = rowOf({
      method: labels.http_request_method ?? "",
      route: labels.http_route ?? "",
      status: Number(labels.http_response_status_code),
      outcome: labels.outcome ?? "",
      error: labels.error_type ?? "",
    });
    table[row] = (table[row] ?? 0) + value;
  }
  return table;
}

export function total(table: Table): number {
  return Object.values(table).reduce((sum, count) => sum + count, 0);
}
