import { Counter } from "@prometheus-io/client";
import { Hono } from "hono";
import { clientMiddleware } from "../time/prometheus-client.ts";

const { middleware, registry } = clientMiddleware();
export const logins = new Counter({ name: "app_logins_total", help: "Logins.", registers: [registry] });

export default new Hono().use(middleware).get("/metrics", async (c) => c.text(await registry.metrics()));
