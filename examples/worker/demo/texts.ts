/** What the demo says besides its tables. */

import type { Counts } from "@pushmeter/testkit/demo/counts";
import { table } from "@pushmeter/testkit/table";
import type { Instance } from "./instance.ts";
import { ofRun } from "./queried.ts";

export function introduction(instances: readonly Instance[], embedded: boolean): string {
  const rows = instances.map(({ url, options }, index) => [
    `  ${index + 1}`,
    url.origin,
    options.wire,
    withoutSecrets(options.url),
  ]);
  return [
    `A course catalogue in Hono with D1, a queue and a cron, ${instances.length} times in workerd:`,
    "where each instance listens, how it pushes, and where to.",
    ...table(rows, 4),
    ...(embedded ? ["All push in the end to pushmeter dev, whose live page shows what comes."] : []),
  ].join("\n");
}

/** The report where nothing was read back. */
export function sentTable(sent: Counts): string {
  return table([["sent", "times"], ...sent.names().map((name) => [name, `${sent.of(name)}`])]).join("\n");
}

export function queries(run: string): string {
  return [
    "To see it in Prometheus, which scrapes a Pushgateway with honor_labels: true:",
    '  sum by (http_route) (http_server_request_duration_seconds_count{job="courses"})',
    '  sum by (result) (app_logins_total{job="courses"})',
    "All requests of this run, in one number:",
    `  sum(${ofRun("http_server_request_duration_seconds_count", run)})`.replace(" and ", "\n    and "),
  ].join("\n");
}

/** What to do next, the last three lines. */
export const NEXT = `npm run demo -- --check       proves that exactly what was sent is counted
npm run demo -- --aggregator  makes one writer of all instances
README.md, "Install"          pushmeter in a Worker of yours, step by step`;

function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname.replace(/\/$/, "")}`;
}
