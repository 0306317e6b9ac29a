/** prom-client's successor in a middleware: no package has one, so it records what @hono/prometheus records. */
import { Counter, Histogram, Registry } from "@prometheus-io/client";
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";

const labelNames = ["method", "status", "ok", "route"] as const;

export function clientMiddleware(): { middleware: MiddlewareHandler; registry: Registry } {
  const registry = new Registry();
  const registers = [registry];
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Duration of HTTP requests in seconds",
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    registers,
  });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Total number of HTTP requests",
    labelNames,
    registers,
  });
  const middleware = createMiddleware(async (c, next) => {
    const end = duration.startTimer();
    try {
      await next();
    } finally {
      const labels = {
        method: c.req.method,
        status: `${c.res.status}`,
        ok: `${c.res.ok}`,
        route: routePath(c),
      };
      end(labels);
      requests.inc(labels);
    }
  });
  return { middleware, registry };
}
