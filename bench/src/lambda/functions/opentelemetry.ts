/** OpenTelemetry's SDK and OTLP exporter, flushed before returning: a frozen environment exports nothing. */
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { type Order, work } from "./work.ts";

const exporter = new OTLPMetricExporter({ url: `${process.env.RECEIVER}/v1/metrics` });
const provider = new MeterProvider({
  resource: resourceFromAttributes({
    "service.name": "bench",
    "service.instance.id": crypto.randomUUID(),
  }),
  readers: [new PeriodicExportingMetricReader({ exporter })],
});
const duration = provider.getMeter("bench").createHistogram("faas.invoke_duration", { unit: "s" });

export async function handler(event: Order): Promise<string> {
  const started = performance.now();
  let outcome = "success";
  try {
    return await work(event);
  } catch (error) {
    outcome = "exception";
    throw error;
  } finally {
    duration.record((performance.now() - started) / 1000, { outcome });
    await provider.forceFlush();
  }
}
