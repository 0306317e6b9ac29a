/** A Worker of its own that makes one writer of all instances: it takes OTLP and writes to Prometheus. */
import { createAggregator, ingest } from "@pushmeter/aggregator";

interface Env {
  PUSHMETER: DurableObjectNamespace<Aggregator>;
  PUSHMETER_TOKEN: string;
}

/** Every 5 s for the demo; `export { Aggregator } from "@pushmeter/aggregator"` does it every 15 s. */
export class Aggregator extends createAggregator({ every: 5_000 }) {}

export default {
  fetch: (request, env) => ingest(request, env.PUSHMETER, { token: env.PUSHMETER_TOKEN }),
} satisfies ExportedHandler<Env>;
