/** Four ways to push the same requests. */
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { InstrumentType, type MetricData, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { MemoryStore, ShardHost, TimerAlarm, VERSION } from "@pushmeter/aggregator/core";
import type { Destination, Runtime } from "@pushmeter/sdk";
import { deltaDestination } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { served } from "./server.ts";
import type { Simulation } from "./simulation.ts";
import type { Way } from "./way.ts";

export type Mode = "per-instance" | "direct" | "aggregator" | "server";

export const MODES: Readonly<Record<Mode, string>> = {
  "per-instance": "one series per instance, no start",
  direct: "direct with start",
  aggregator: "aggregator",
  server: "aggregator as a server",
};

const SHARDS = 2;
const INTERVAL = 15_000;

/** @param end - of the simulation, milliseconds since the epoch. */
export async function wayOf(mode: Mode, url: string, simulation: Simulation, end: number): Promise<Way> {
  if (mode === "server") return served(url, simulation, end);
  const stop = async () => {};
  if (mode === "aggregator") return { destination: aggregated(url, simulation), stop };
  const destination = (): Destination => {
    const direct = remoteWrite({ url }, simulation);
    if (mode === "direct") return direct;
    return {
      ...direct,
      export: (metrics, callback, options) => direct.export(withoutStart(metrics), callback, options),
    };
  };
  return { destination, stop };
}

/** As peers push: without a zero and a start timestamp. */
function withoutStart({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  const observed = ({ descriptor }: MetricData) => ({
    ...descriptor,
    type: InstrumentType.OBSERVABLE_COUNTER,
  });
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((data) => ({
        ...data,
        descriptor: observed(data),
      })),
    })),
  };
}

/** The aggregator's own shard hosts, in the places of as many objects. */
function aggregated(url: string, simulation: Simulation): () => Destination {
  const shards = Array.from({ length: SHARDS }, () => {
    const store = new MemoryStore();
    const options = {
      store,
      runtime: simulation,
      alarm: new TimerAlarm(simulation, () => void simulation.busy(host.alarm())),
      destination: (clock: Runtime) => remoteWrite({ url }, clock),
      interval: INTERVAL,
      abort: (reason: string) => {
        throw new Error(reason);
      },
    };
    const host = new ShardHost(options, store.load());
    return host;
  });
  let next = 0;
  return () => {
    const shard = next++ % SHARDS;
    const target = { resource: { "service.name": "courses" }, shard: `shard-${shard}` };
    return deltaDestination(
      {
        encode: (metrics) => ProtobufMetricsSerializer.serializeRequest(metrics) as Uint8Array<ArrayBuffer>,
        async deliver({ instance, seq, body }) {
          const id = { instance, seq };
          await shards[shard]?.push({ version: VERSION, id, target, encoding: "protobuf", body });
          return undefined;
        },
      },
      simulation,
    );
  };
}
