/** What the demo says besides its tables. */

import type { Counts } from "@pushmeter/testkit/demo/counts";
import { table } from "@pushmeter/testkit/table";
import type { Instance } from "./instance.ts";
import { ofRun } from "./queried.ts";

export function introduction(instances: readonly Instance[], embedded: boolean): string {
  const rows = instances.map(({ url, options }, index) => [
    `  instance ${index + 1}`,
    url.origin,
    `pushes ${options.wire === "remote write" ? "by remote write to" : `to the ${options.wire}`}`,
    withoutSecrets(options.url),
  ]);
  return [
    `A course catalogue in Hono with D1, a queue and a cron, ${instances.length} instances of it in workerd:`,
    ...table(rows, 4),
    ...(embedded
      ? ["All push in the end to a receiver inside this demo, which decodes and keeps what comes."]
      : []),
  ].join("\n");
}

/** The report where nothing was read back. */
export function sentTable(sent: Counts): string {
  return table([["sent", "times"], ...sent.names().map((name) => [name, `${sent.of(name)}`])]).join("\n");
}

export function queries(run: string): string {
  return [
    "To see it in Prometheus (a Pushgateway has to be scraped first, with honor_labels: true):",
    '  sum by (http_route, outcome) (http_server_request_duration_seconds_count{job="courses"})',
    '  sum by (result) (app_logins_total{job="courses"})',
    "All requests of this run, in one number:",
    `  sum(${ofRun("http_server_request_duration_seconds_count", run)})`,
  ].join("\n");
}

export const NEXT = `What to do next:
  npm run demo -- --check
    proves that exactly what was sent has been counted
  npm run demo -- --aggregator
    makes one writer of all instances
  npm run demo -- --remote-write http://127.0.0.1:9090/api/v1/write
  npm run demo -- --pushgateway http://127.0.0.1:9091
    push to a Prometheus or a Pushgateway of yours
  examples/worker/src/metrics.ts, examples/worker/src/index.ts
    the code to copy from`;

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, "")}`;
}
