import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";

interface Env {
  readonly PUSHGATEWAY_URL: string;
}

const push = (env: Env) => pushgateway({ url: env.PUSHGATEWAY_URL });
const pushmeter = createPushmeter({ service: "courses", push });
export default instrumentWorker(pushmeter, {
  fetch: async (_request: Request, _env: Env, _ctx: ExecutionContext) => new Response("hello"),
}) satisfies ExportedHandler<Env>;
