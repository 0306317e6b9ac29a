/** Encodes the same data in every format; nothing is sent. */
import { gzipSync } from "node:zlib";
import { JsonMetricsSerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { pushTimeseries } from "prometheus-remote-write";

/** Resolves to the body's size, compressed. */
export type Encode = () => Promise<number>;

const URL = "http://receiver.example/api/v1/write";
const WRITTEN = { "x-prometheus-remote-write-samples-written": "1000000" };

export const [RW2, RW1, PEER] = [
  "pushmeter, remote write 2.0",
  "pushmeter, remote write 1.0",
  "prometheus-remote-write",
] as const;

export const CONTENDERS: Readonly<Record<string, (metrics: ResourceMetrics) => Encode | Promise<Encode>>> = {
  [RW2]: (metrics) => remoteWriteOf(metrics, "2.0"),
  [RW1]: (metrics) => remoteWriteOf(metrics, "1.0"),
  [PEER]: peerOf,
  "OTLP/JSON, gzip": otlpJsonOf,
  "pushmeter, Pushgateway text, gzip": textOf,
};

function remoteWriteOf(metrics: ResourceMetrics, protocol: "1.0" | "2.0"): Encode {
  return captured((fetch) => remoteWrite({ url: URL, protocol, fetch }), metrics);
}

function textOf(metrics: ResourceMetrics): Encode {
  return captured((fetch) => pushgateway({ url: URL, fetch }), metrics);
}

function otlpJsonOf(metrics: ResourceMetrics): Encode {
  return async () => gzipSync(JsonMetricsSerializer.serializeRequest(metrics) as Uint8Array).length;
}

/** The peer takes plain series; converting to them is not measured. */
async function peerOf(metrics: ResourceMetrics): Promise<Encode> {
  const { seriesFrom } = await import("./series.ts");
  const series = seriesFrom(metrics);
  return async () => {
    let size = 0;
    await pushTimeseries(series, {
      url: URL,
      fetch: async (_: string, { body }: { body: Uint8Array }) => {
        size = body.length;
        return { status: 204, statusText: "", text: async () => "" };
      },
    } as never);
    return size;
  };
}

function captured(
  make: (fetch: (request: Request) => Promise<Response>) => Destination,
  metrics: ResourceMetrics,
): Encode {
  let size = 0;
  const destination = make(async (request) => {
    size += (await request.arrayBuffer()).byteLength;
    return new Response(null, { status: 204, headers: WRITTEN });
  });
  return () =>
    new Promise((resolve, reject) => {
      size = 0;
      destination.export(metrics, ({ code, error }) => (code === 0 ? resolve(size) : reject(error)));
    });
}
