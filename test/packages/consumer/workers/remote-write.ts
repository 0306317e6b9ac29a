import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

interface Env {
  readonly REMOTE_WRITE_URL: string;
  readonly REMOTE_WRITE_TOKEN: string;
}

const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.REMOTE_WRITE_URL, auth: { bearer: env.REMOTE_WRITE_TOKEN } }),
});
export default instrumentWorker(pushmeter, {
  fetch: async (_request: Request, _env: Env, _ctx: ExecutionContext) => new Response("hello"),
  scheduled: async (_controller: ScheduledController, _env: Env, _ctx: ExecutionContext) => {},
}) satisfies ExportedHandler<Env>;
