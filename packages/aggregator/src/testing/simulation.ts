import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  type MetricData,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import type { Runtime } from "@pushmeter/sdk";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime, Receiver } from "@pushmeter/sdk/testing";
import { type HostOptions, type Row, ShardHost, type Store, type Stored, VERSION } from "../core/index.ts";
import type { BatchId, Shard } from "../core/shard.ts";
import { MemoryStore } from "../core/store.ts";

const INTERVAL = 15_000;
/** Turns of the event loop without a request, after which whatever is left waits for a timer. */
const IDLE_TURNS = 4;
/** Longer than any pause between two attempts, ms. */
const LONGEST_PAUSE = 3_000;
const TARGET = { resource: { "service.name": "courses" }, shard: "shard-0" };

/** The store as one host sees it: after an eviction the host writes nothing more. */
class Lease implements Store {
  readonly #store: MemoryStore;
  readonly #check: () => void;

  constructor(store: MemoryStore, check: () => void) {
    this.#store = store;
    this.#check = check;
  }

  load(): Stored {
    return this.#store.load();
  }

  append(rows: readonly Row[]): void {
    this.#check();
    this.#store.append(rows);
  }

  save(parts: Iterable<Uint8Array>): void {
    this.#check();
    this.#store.save(parts);
  }

  setAside(rows: readonly Row[]): void {
    this.#store.setAside(rows);
  }
}

/** A shard host on a fake clock. What it stores survives a restart; what it holds in memory does not. */
export class FakeObject {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  /** What happens to a push; the default delivers it. */
  network = (request: Request): Promise<Response> => this.receiver.fetch(request);
  readonly store = new MemoryStore();
  readonly #wire: "remote write" | "pushgateway";
  readonly #more: Partial<HostOptions>;
  #host: ShardHost;
  #life = 0;
  /** Under way. */
  #requests = 0;

  constructor(
    wire: "remote write" | "pushgateway" = "remote write",
    more: Partial<Omit<HostOptions, "store" | "runtime" | "alarm">> = {},
  ) {
    this.#wire = wire;
    this.#more = more;
    this.#host = this.#start();
  }

  get shard(): Shard {
    return this.#host.shard;
  }

  get host(): ShardHost {
    return this.#host;
  }

  /** Merges and stores a batch. */
  push(id: BatchId, body: Uint8Array, encoding: "protobuf" | "json" = "protobuf"): "stored" | "duplicate" {
    const reply = this.#host.receive({ version: VERSION, id, target: TARGET, encoding, body });
    if ("reason" in reply) throw new Error(reply.reason);
    void this.#host.flush();
    return reply.status;
  }

  /** A heartbeat. Time moves on only while it waits for time, and never during a request. */
  async heartbeat(): Promise<void> {
    let over = false;
    const heartbeat = this.#host.alarm().finally(() => {
      over = true;
    });
    for (let idle = 0; !over; idle = this.#requests ? 0 : idle + 1) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (idle >= IDLE_TURNS) await this.runtime.advance(LONGEST_PAUSE);
    }
    await heartbeat;
  }

  /** Lets time pass until the next heartbeat is due, and runs it. */
  async nextHeartbeat(): Promise<void> {
    const now = this.runtime.now();
    await this.runtime.advance(INTERVAL - (now % INTERVAL));
    await this.heartbeat();
  }

  /** Loses its memory. A request that is under way may still arrive; the old host begins nothing more. */
  restart(): void {
    this.#life++;
    this.#host = this.#start();
  }

  #start(): ShardHost {
    const life = this.#life;
    const check = () => {
      if (life !== this.#life) throw new Error("evicted");
    };
    const fetch = async (request: Request) => {
      check();
      this.#requests++;
      try {
        return await this.network(request);
      } finally {
        this.#requests--;
      }
    };
    const store = new Lease(this.store, check);
    const options = {
      store,
      runtime: this.runtime,
      // Tests run the heartbeats themselves.
      alarm: { set: () => {}, clear: () => {} },
      // Without gzip: a thread that compresses is late on a clock that does not wait for it.
      destination: (clock: Runtime) =>
        this.#wire === "remote write"
          ? remoteWrite({ url: "http://receiver/api/v1/write", fetch }, clock)
          : pushgateway({ url: "http://receiver", fetch, deleteOnShutdown: true, gzip: false }, clock),
      interval: INTERVAL,
      abort: () => {},
      ...this.#more,
    };
    return new ShardHost(options, store.load());
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
