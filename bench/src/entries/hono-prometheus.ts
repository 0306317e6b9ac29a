import { prometheus } from "@hono/prometheus";
import { Hono } from "hono";
import { Counter, Registry } from "prom-client";

const registry = new Registry();
const { printMetrics, registerMetrics } = prometheus({ registry });
export const logins = new Counter({ name: "app_logins_total", help: "Logins.", registers: [registry] });

export default new Hono().use(registerMetrics).get("/metrics", printMetrics);
