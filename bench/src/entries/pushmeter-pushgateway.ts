import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";

interface Env {
  readonly PUSHGATEWAY_URL: string;
  readonly PUSHGATEWAY_TOKEN: string;
}

export const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => pushgateway({ url: env.PUSHGATEWAY_URL, auth: { bearer: env.PUSHGATEWAY_TOKEN } }),
});
export const logins = pushmeter.meter.createCounter("app.logins");

export default instrumentWorker(pushmeter, { fetch: () => new Response("hello") });
