import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  type MetricData,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime, Receiver } from "@pushmeter/sdk/testing";
import { beatClock, decode, Heartbeat, Shard } from "../core/index.ts";
import type { BatchId } from "../core/shard.ts";

const EVERY = 15_000;

interface Stored {
  readonly saved: string;
  readonly batches: [BatchId, Uint8Array, number][];
}

/** An object on a fake clock: what it stores survives a restart, what it holds does not. */
export class FakeObject {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  shard = new Shard();
  heartbeat: Heartbeat;
  /** What happens to a push; the default delivers it. */
  network = (request: Request): Promise<Response> => this.receiver.fetch(request);
  readonly #wire: "remote write" | "pushgateway";
  #life = 0;
  #stored: Stored = { saved: "", batches: [] };

  constructor(wire: "remote write" | "pushgateway" = "remote write") {
    this.#wire = wire;
    this.heartbeat = this.#start();
  }

  /** Merges as the object does: stored first. */
  push(id: BatchId, body: Uint8Array): "stored" | "duplicate" {
    const now = this.runtime.now();
    const [batch] = decode("protobuf", body);
    if (!batch) throw new Error("no batch");
    this.shard.target ??= { resource: { "service.name": "courses" }, shard: "shard-0" };
    if (!this.shard.isKnown(id)) this.#stored.batches.push([id, body, now]);
    return this.shard.merge(id, batch, now);
  }

  /** Lets time run on only where the beat waits for it. */
  async beat(): Promise<void> {
    let over = false;
    const beat = this.heartbeat.beat(this.runtime.now()).finally(() => {
      over = true;
    });
    for (let turn = 1; !over; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (turn % 4 === 0) await this.runtime.advance(3_000);
    }
    await beat;
  }

  /** Time to the next beat, and the beat. */
  async nextBeat(): Promise<void> {
    await this.runtime.advance(this.heartbeat.next(this.runtime.now()) - this.runtime.now());
    await this.beat();
  }

  /** Loses its memory. What it had under way may still arrive; it begins nothing more. */
  restart(): void {
    this.#life++;
    const { saved, batches } = this.#stored;
    this.shard = new Shard();
    this.shard.target = { resource: { "service.name": "courses" }, shard: "shard-0" };
    if (saved) {
      const { head, totals } = JSON.parse(saved);
      this.shard.restore(head, totals);
    }
    for (const [id, body, now] of batches) {
      for (const batch of decode("protobuf", body)) this.shard.merge(id, batch, now);
    }
    this.heartbeat = this.#start();
  }

  #start(): Heartbeat {
    const clock = beatClock(this.runtime);
    const { shard } = this;
    const life = this.#life;
    const check = () => {
      if (life !== this.#life) throw new Error("evicted");
    };
    const fetch = async (request: Request) => {
      check();
      return this.network(request);
    };
    const destination =
      this.#wire === "remote write"
        ? remoteWrite({ url: "http://receiver/api/v1/write", fetch }, clock)
        : pushgateway({ url: "http://receiver", fetch, deleteOnShutdown: true }, clock);
    return new Heartbeat({
      shard,
      destination,
      clock,
      save: () => {
        check();
        const saved = JSON.stringify({ head: shard.save(), totals: shard.totals.save() });
        this.#stored = { saved, batches: [] };
      },
      every: EVERY,
    });
  }
}

/** An instance with the real OpenTelemetry SDK, whose batches are collected by hand. */
export class Sender {
  readonly #reader = new DeltaReader();
  readonly meter;
  #seq = 0;
  readonly instance: string;

  constructor(instance: string) {
    this.instance = instance;
    const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": instance });
    this.meter = new MeterProvider({ resource, readers: [this.#reader] }).getMeter("@pushmeter/sdk");
  }

  async batch(now: number): Promise<[BatchId, Uint8Array]> {
    const { resourceMetrics } = await this.#reader.collect();
    const endTime: [number, number] = [Math.floor(now / 1000), (now % 1000) * 1e6];
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((data) => ({
        ...data,
        dataPoints: data.dataPoints.map((point) => ({ ...point, endTime })),
      })) as MetricData[],
    }));
    const body = ProtobufMetricsSerializer.serializeRequest({ ...resourceMetrics, scopeMetrics });
    return [{ instance: this.instance, seq: ++this.#seq }, body as Uint8Array];
  }
}

export class DeltaReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}
