/** A Worker whose libraries record through OpenTelemetry's global API and know nothing of pushmeter. */
import "@pushmeter/sdk/global";
import { env } from "cloudflare:workers";
import { httpInstrumentationMiddleware } from "@hono/otel";
import { metrics } from "@opentelemetry/api";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Hono } from "hono";

/** As a library has it: made while its module loads. */
const mails = metrics.getMeter("a-mailer", "2.1.0").createCounter("mailer.sent");

const app = new Hono();
app.use(httpInstrumentationMiddleware({ captureActiveRequests: true }));
app.get("/courses/:id", (c) => c.json({ id: c.req.param("id") }));
app.post("/mails", (c) => {
  mails.add(2, { "mailer.kind": "welcome" });
  return c.body(null, 202);
});

const pushmeter = createPushmeter({
  service: "courses",
  push: remoteWrite({ url: env.PUSH_URL ?? "" }),
  flush: { every: 300 },
  global: true,
});

export default instrumentWorker(pushmeter, app);
