/** The same Hono app with one route: without metrics, with pushmeter and with its peers. */
import { httpInstrumentationMiddleware } from "@hono/otel";
import { prometheus } from "@hono/prometheus";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { type Histogram, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { pushmeterMiddleware } from "@pushmeter/adapters/hono";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Hono, type MiddlewareHandler } from "hono";
import { Registry } from "prom-client";
import { clientMiddleware } from "./prometheus-client.ts";

export interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
  readonly props: unknown;
}

export interface Contender {
  readonly name: string;
  fetch(request: Request, env: object, ctx: ExecutionContext): Response | Promise<Response>;
  /** The requests that it has counted. Absent: it counts none. */
  readonly counted?: () => Promise<number>;
  readonly shutdown?: () => Promise<void>;
}

export const BASELINE = "no metrics";
export const EMPTY = "an empty middleware";
export const PUSHMETER = ["pushmeterMiddleware", "instrumentWorker", "both, nested"] as const;
export const HONO_PROMETHEUS = "@hono/prometheus";
export const HONO_OTEL = "@hono/otel, tracing off";
const HONO_OTEL_TRACING = "@hono/otel, no tracer set";

/** @param otlpUrl - an endpoint that answers OTLP with 200. */
export function contenders(otlpUrl: string): Contender[] {
  const [middleware, worker, nested] = PUSHMETER;
  const empty: MiddlewareHandler = async (_c, next) => next();
  return [
    { name: BASELINE, fetch: app().fetch },
    { name: EMPTY, fetch: app(empty).fetch },
    pushmeterContender(middleware, (pushmeter) => app(pushmeterMiddleware(pushmeter))),
    pushmeterContender(worker, (pushmeter) => instrumentWorker(pushmeter, app())),
    pushmeterContender(nested, (pushmeter) =>
      instrumentWorker(pushmeter, app(pushmeterMiddleware(pushmeter))),
    ),
    honoPrometheus(),
    prometheusClient(),
    honoOtel(HONO_OTEL, otlpUrl, true),
    honoOtel(HONO_OTEL_TRACING, otlpUrl, false),
  ];
}

function app(middleware?: MiddlewareHandler): Hono {
  const hono = new Hono();
  if (middleware) hono.use(middleware);
  return hono.get("/courses/:id", (c) => c.text(c.req.param("id")));
}

function pushmeterContender(
  name: string,
  instrument: (pushmeter: Pushmeter) => Pick<Contender, "fetch">,
): Contender {
  const pushmeter = createPushmeter({
    service: "bench",
    push: remoteWrite({
      url: "http://127.0.0.1/api/v1/write",
      fetch: async () => new Response(null, { status: 204 }),
    }),
  });
  const instrumented = instrument(pushmeter);
  return {
    name,
    fetch: (request, env, ctx) => instrumented.fetch(request, env, ctx),
    counted: async () => countIn(await (await pushmeter.scrape()).text()),
    shutdown: () => pushmeter.shutdown(),
  };
}

function honoPrometheus(): Contender {
  const registry = new Registry();
  const { registerMetrics } = prometheus({ registry });
  return {
    name: HONO_PROMETHEUS,
    fetch: app(registerMetrics).fetch,
    counted: async () => countIn(await registry.metrics()),
  };
}

function prometheusClient(): Contender {
  const { middleware, registry } = clientMiddleware();
  return {
    name: "@prometheus-io/client",
    fetch: app(middleware).fetch,
    counted: async () => countIn(await registry.metrics()),
  };
}

/** Without a tracer provider, tracing goes to the OpenTelemetry API's own no-op tracer. */
function honoOtel(name: string, url: string, disableTracing: boolean): Contender {
  const reader = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url }) });
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    name,
    fetch: app(httpInstrumentationMiddleware({ serviceName: "bench", meterProvider, disableTracing })).fetch,
    async counted() {
      const { resourceMetrics } = await reader.collect();
      const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      const duration = metrics.find((metric) => metric.descriptor.name === "http.server.request.duration");
      const counts = duration?.dataPoints.map((point) => (point.value as Histogram).count) ?? [];
      return counts.reduce((sum, count) => sum + count, 0);
    },
    shutdown: () => meterProvider.shutdown(),
  };
}

/** The sum of the request histogram's counts in an exposition, under pushmeter's or the peer's name. */
function countIn(exposition: string): number {
  const lines = exposition.matchAll(/^http_(?:server_)?request_duration_seconds_count\{.*\} (\d+)$/gm);
  return Array.from(lines, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
