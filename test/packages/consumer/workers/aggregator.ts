import { instrumentWorker } from "@pushmeter/adapters/workers";
import type { Aggregator } from "@pushmeter/aggregator";
import { aggregator } from "@pushmeter/aggregator/client";
import { createPushmeter } from "@pushmeter/sdk";

interface Env {
  readonly PUSHMETER: DurableObjectNamespace<Aggregator>;
}

const push = (env: Env) => aggregator(env.PUSHMETER);
const pushmeter = createPushmeter({ service: "courses", push });
export default instrumentWorker(pushmeter, {
  fetch: async (_request: Request, _env: Env, _ctx: ExecutionContext) => new Response("hello"),
}) satisfies ExportedHandler<Env>;
