import { httpInstrumentationMiddleware } from "@hono/otel";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { Hono } from "hono";

const exporter = new OTLPMetricExporter({ url: "https://otlp.example/v1/metrics" });
const meterProvider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] });
export const logins = meterProvider.getMeter("app").createCounter("app.logins");

export default new Hono().use(httpInstrumentationMiddleware({ serviceName: "courses", meterProvider }));
