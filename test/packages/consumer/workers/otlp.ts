import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";

interface Env {
  readonly OTLP_URL: string;
}

const pushmeter = createPushmeter({ service: "courses", push: (env: Env) => otlp({ url: env.OTLP_URL }) });
export default instrumentWorker(pushmeter, {
  fetch: async (_request: Request, _env: Env, _ctx: ExecutionContext) => new Response("hello"),
}) satisfies ExportedHandler<Env>;
