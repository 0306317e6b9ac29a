// The user's own SDK, of another version than the one that the packages were built with, and his own reader.
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";

const url = "http://127.0.0.1:9090";
const exporters = [remoteWrite({ url: `${url}/api/v1/write` }), pushgateway({ url })];
export const provider = new MeterProvider({
  readers: exporters.map((exporter) => new PeriodicExportingMetricReader({ exporter })),
});
