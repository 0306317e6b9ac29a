/** The destination as a sender: OpenTelemetry data in, requests out, a receiver that answers as it is told. */

import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import type { PushResult } from "@pushmeter/sdk";
import { type RemoteWriteOptions, remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime } from "@pushmeter/sdk/testing";
import { type Decoded, decode, type TimeSeries } from "./decode.ts";

export interface Captured extends Decoded {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** On the sender's clock. */
  readonly time: number;
}

type Answer = (request: Captured, n: number) => Response | Promise<Response>;

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** A receiver of both versions that stores everything. */
export const stored = ({ timeseries }: Captured, status = 204, body: string | null = null): Response =>
  new Response(body, {
    status,
    headers: written(
      timeseries.flatMap(({ samples }) => samples).length,
      timeseries.flatMap(({ histograms }) => histograms).length,
    ),
  });

export const written = (samples: number, histograms = 0): Record<string, string> => ({
  "x-prometheus-remote-write-samples-written": `${samples}`,
  "x-prometheus-remote-write-histograms-written": `${histograms}`,
  "x-prometheus-remote-write-exemplars-written": "0",
});

export const version = ({ headers }: Captured): string | null =>
  headers.get("x-prometheus-remote-write-version");

export class Sender {
  readonly runtime = new FakeRuntime();
  readonly requests: Captured[] = [];
  answer: Answer = (request) => stored(request);
  readonly destination;
  readonly meter;
  readonly reader: Reader;

  /** Version 2.0 as the specification has it, if not told otherwise. */
  constructor(options: Partial<RemoteWriteOptions> = { protocol: "2.0" }) {
    const url = "http://receiver.example/api/v1/write";
    const fetch = async (request: Request) => {
      const { method, headers } = request;
      const body = new Uint8Array(await request.arrayBuffer());
      const decoded = decode(body, headers.get("x-prometheus-remote-write-version"));
      const captured = { method, headers, body, time: this.runtime.monotonic(), ...decoded };
      this.requests.push(captured);
      return this.answer(captured, this.requests.length);
    };
    this.destination = remoteWrite({ url, fetch, ...options }, this.runtime);
    this.reader = new Reader({
      aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE,
      aggregationSelector: (type) => this.destination.selectAggregation?.(type) ?? { type: 0 },
    });
    const resource = resourceFromAttributes({ "service.name": "test", "service.instance.id": "i-1" });
    this.meter = new MeterProvider({ resource, readers: [this.reader] }).getMeter("@pushmeter/sdk");
  }

  /** One push and how it ended, ten seconds after the last. */
  async push(): Promise<PushResult> {
    return this.export((await this.reader.collect()).resourceMetrics);
  }

  /** A push of what somebody else's SDK may have collected. */
  async export(resourceMetrics: ResourceMetrics): Promise<PushResult> {
    await this.runtime.advance(10_000);
    return this.runtime.until(
      new Promise<PushResult>((resolve) => this.destination.export(resourceMetrics, resolve)),
    );
  }

  /** Pushes, and returns what is on the wire. */
  async request(): Promise<Captured> {
    await this.push();
    return this.requests.at(-1) as Captured;
  }

  /** Pushes, and returns the series of that name. */
  async series(name: string): Promise<TimeSeries[]> {
    const { timeseries } = await this.request();
    return timeseries.filter(({ labels }) => nameOf(labels) === name);
  }

  async one(name: string): Promise<TimeSeries> {
    const [series, ...more] = await this.series(name);
    if (!series || more.length) throw new Error(`${more.length + Number(!!series)} series ${name}`);
    return series;
  }

  async value(name: string): Promise<number | undefined> {
    return (await this.one(name)).samples.at(-1)?.value;
  }

  gauge(value: number, name = "test.gauge"): this {
    this.meter.createGauge(name).record(value);
    return this;
  }

  counter(value = 1, attributes = {}, name = "test.counter"): this {
    this.meter.createCounter(name).add(value, attributes);
    return this;
  }

  /** Statuses one after the other, then everything is stored. */
  answers(...statuses: number[]): this {
    this.answer = (request, n) => {
      const status = statuses[n - 1];
      return status ? new Response(`said ${status}`, { status }) : stored(request);
    };
    return this;
  }
}

export function nameOf(labels: TimeSeries["labels"]): string | undefined {
  return labels.find(([name]) => name === "__name__")?.[1];
}
