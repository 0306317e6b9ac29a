import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Hono } from "hono";

interface Env {
  readonly REMOTE_WRITE_URL: string;
  readonly REMOTE_WRITE_TOKEN: string;
}

export const pushmeter = createPushmeter({
  service: "courses",
  push: (env: Env) => remoteWrite({ url: env.REMOTE_WRITE_URL, auth: { bearer: env.REMOTE_WRITE_TOKEN } }),
});
export const logins = pushmeter.meter.createCounter("app.logins");

export default new Hono().use(pushmeterMiddleware(pushmeter));
