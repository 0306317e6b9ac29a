/** A separate Worker that takes OTLP from all instances and writes to Prometheus as one writer. */
import { createAggregator, ingest } from "@pushmeter/aggregator";

interface Env {
  PUSHMETER: DurableObjectNamespace<Aggregator>;
  PUSHMETER_TOKEN: string;
}

/** Pushes every 5 s for the demo; `export { Aggregator } from "@pushmeter/aggregator"` pushes every 15 s. */
export class Aggregator extends createAggregator({ every: 5_000 }) {}

export default {
  fetch: (request, env) => ingest(request, env.PUSHMETER, { token: env.PUSHMETER_TOKEN }),
} satisfies ExportedHandler<Env>;
