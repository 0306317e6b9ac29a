/** Three ways to push the same requests. */
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { InstrumentType, type MetricData, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { beatClock, decode, Heartbeat, Shard } from "@pushmeter/aggregator/core";
import type { Destination } from "@pushmeter/sdk";
import { deltaDestination } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Simulation } from "./simulation.ts";

export type Mode = "per-instance" | "direct" | "aggregator";

export const MODES: Readonly<Record<Mode, string>> = {
  "per-instance": "one series per instance, no start",
  direct: "direct with start",
  aggregator: "aggregator",
};

const SHARDS = 2;
const BEAT = 15_000;

/** What an instance pushes to; called once for each. */
export function destinations(mode: Mode, url: string, simulation: Simulation): () => Destination {
  if (mode === "aggregator") return aggregated(url, simulation);
  return () => {
    const destination = remoteWrite({ url }, simulation);
    if (mode === "direct") return destination;
    return {
      ...destination,
      export: (metrics, callback, options) => destination.export(withoutStart(metrics), callback, options),
    };
  };
}

/** As peers push: nothing says that the series began at zero. */
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

/** The real merge core and heartbeat, in the places of as many objects. */
function aggregated(url: string, simulation: Simulation): () => Destination {
  const shards = Array.from({ length: SHARDS }, (_, i) => {
    const shard = new Shard();
    const clock = beatClock(simulation);
    const heartbeat = new Heartbeat({
      shard,
      destination: remoteWrite({ url }, clock),
      clock,
      // There is nothing here that could forget.
      save: () => {},
      every: BEAT,
    });
    const beat = () => {
      void simulation.busy(heartbeat.beat(simulation.now()));
      simulation.at(heartbeat.next(simulation.now()), beat);
    };
    simulation.at(heartbeat.next(simulation.now()), beat);
    shard.target = { resource: { "service.name": "courses" }, shard: `shard-${i}` };
    return shard;
  });
  let next = 0;
  return () => {
    const shard = shards[next++ % SHARDS] as Shard;
    return deltaDestination(
      {
        encode: (metrics) => ProtobufMetricsSerializer.serializeRequest(metrics) as Uint8Array<ArrayBuffer>,
        async deliver({ instance, seq, body }) {
          for (const batch of decode("protobuf", body))
            shard.merge({ instance, seq }, batch, simulation.now());
          return undefined;
        },
      },
      simulation,
    );
  };
}
