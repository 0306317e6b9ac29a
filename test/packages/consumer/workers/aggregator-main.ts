// The import of the first version, which also holds the class of the object.
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { type Aggregator, aggregator } from "@pushmeter/aggregator";
import { createPushmeter } from "@pushmeter/sdk";

interface Env {
  readonly PUSHMETER: DurableObjectNamespace<Aggregator>;
}

const push = (env: Env) => aggregator(env.PUSHMETER);
const pushmeter = createPushmeter({ service: "courses", push });
export default instrumentWorker(pushmeter, {
  fetch: async (_request: Request, _env: Env, _ctx: ExecutionContext) => new Response("hello"),
}) satisfies ExportedHandler<Env>;
