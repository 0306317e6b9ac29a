/** Panels about what handlers wait for, which `instrumentEnv` and `instrumentedFetch` measure. */
import { OPERATIONS } from "../names.ts";
import { FAILED_OUTCOMES, observations } from "../query/growing.ts";
import { orNone } from "../query/presence.ts";
import { type Queries, RATE_INTERVAL } from "../query/queries.ts";
import { NEUTRAL } from "../theme.ts";
import { lines } from "./lines.ts";
import type { PanelBuilder } from "./panel.ts";

/** The labels by which operations differ. Each kind of operation has some of them. */
const LABELS = [
  "db_namespace",
  "db_operation_name",
  "messaging_destination_name",
  "messaging_operation_name",
  "rpc_method",
  "server_address",
  "gen_ai_request_model",
];
const OPERATION = LABELS.join(", ");
const LEGEND =
  "{{db_namespace}} {{db_operation_name}}{{messaging_destination_name}} {{messaging_operation_name}}{{rpc_method}}{{server_address}}{{gen_ai_request_model}}";

const NOTE = "With instrumentEnv or instrumentedFetch only.";

export function operations(q: Queries): PanelBuilder {
  return lines({
    title: "Operations",
    description: `Operations per second on databases, stores, queues, models, other Workers and other hosts. ${NOTE}`,
    unit: "ops",
    queries: [{ expr: q.rate(observations(OPERATIONS), OPERATION), legend: LEGEND }],
  });
}

export function slowOperations(q: Queries): PanelBuilder {
  return lines({
    title: "p95 of an operation",
    description: `95 % of an operation's calls took at most this long, interpolated in the histogram's buckets. ${NOTE}`,
    unit: "s",
    interval: "1m",
    queries: [{ expr: q.quantile(0.95, OPERATIONS, [], OPERATION, RATE_INTERVAL), legend: LEGEND }],
  });
}

export function failedOperations(q: Queries): PanelBuilder {
  const failed = observations(OPERATIONS, FAILED_OUTCOMES);
  return lines({
    title: "Failed operations",
    description: `Operations per minute that threw, or were answered with a 5xx, by the class of what was thrown or the status. ${NOTE}`,
    unit: "suffix:/min",
    colours: { none: NEUTRAL },
    queries: [
      {
        expr: orNone(q, q.perMinute(failed, `${OPERATION}, error_type`), "error_type"),
        legend: `${LEGEND} {{error_type}}`,
      },
    ],
  });
}
