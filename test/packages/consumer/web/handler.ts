import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { Hono } from "hono";

const pushmeter = createPushmeter({
  service: "courses",
  push: otlp({ url: "https://otlp.example/v1/metrics" }),
});
export const app = new Hono().use(pushmeterMiddleware(pushmeter)).get("/", (c) => c.text("hello"));
export const handler = instrumentFetch(pushmeter, (request) => app.fetch(request), { route: () => "/" });
