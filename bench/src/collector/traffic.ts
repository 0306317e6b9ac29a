/** Batches of deltas, as instances of a service push them over OTLP. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { seeded } from "@pushmeter/testkit/random";
import type { Taker } from "./contenders.ts";

const INSTANCES = 400;
const ROUTES = 3;
/** Requests that a batch counts on each route. */
const REQUESTS = 4;
/** Requests that each batch counts. */
export const COUNTED = ROUTES * REQUESTS;
/** Between two groups of pushes, ms. */
const TICK = 20;

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** One instance, and its next batch. */
class Instance {
  readonly id: string;
  readonly #reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  readonly #record: (route: number) => void;
  #seq = 0;

  constructor(id: string, random: () => number) {
    this.id = id;
    const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": id });
    const meter = new MeterProvider({ resource, readers: [this.#reader] }).getMeter("bench");
    const duration = meter.createHistogram("http.server.request.duration", {
      unit: "s",
      advice: {
        explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      },
    });
    const logins = meter.createCounter("app.logins");
    this.#record = (route) => {
      const attributes = {
        "http.route": `/courses/:id/part${route}`,
        "http.request.method": "GET",
        "http.response.status_code": 200,
        outcome: "success",
      };
      duration.record(random(), attributes);
      logins.add(1, { result: "success" });
    };
  }

  get pushes(): number {
    return this.#seq;
  }

  async next(): Promise<{ body: Uint8Array; key: string }> {
    for (let i = 0; i < COUNTED; i++) this.#record(i % ROUTES);
    const { resourceMetrics } = await this.#reader.collect();
    const body = ProtobufMetricsSerializer.serializeRequest(resourceMetrics as ResourceMetrics) as Uint8Array;
    return { body: gzipSync(body, { level: 1 }), key: `${this.id}/${++this.#seq}` };
  }
}

export interface TrafficOptions {
  /** An instance ends after so many batches, and another one takes its place. Default: it does not end. */
  readonly batches?: number;
}

export class Traffic {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 128 });
  readonly #instances: Instance[];
  readonly #taker: Taker;
  readonly #random: () => number;
  readonly #batches: number;
  #started = 0;
  /** Batches that were answered with success. */
  pushes = 0;

  constructor(taker: Taker, seed: number, { batches = Number.POSITIVE_INFINITY }: TrafficOptions = {}) {
    this.#taker = taker;
    this.#random = seeded(seed);
    this.#batches = batches;
    this.#instances = Array.from({ length: INSTANCES }, () => this.#instance());
  }

  /** @param rate - pushes a second. */
  async run(rate: number, seconds: number): Promise<void> {
    const perTick = (rate * TICK) / 1000;
    const began = performance.now();
    let running: Promise<void>[] = [];
    let sent = 0;
    for (let tick = 1; tick <= (seconds * 1000) / TICK; tick++) {
      for (; sent < tick * perTick; sent++) running.push(this.#push());
      // One instance never has two batches under way.
      if (running.length >= INSTANCES - perTick) {
        await Promise.all(running);
        running = [];
      }
      await sleep(Math.max(0, began + tick * TICK - performance.now()));
    }
    await Promise.all(running);
  }

  stop(): void {
    this.#agent.destroy();
  }

  #instance(): Instance {
    return new Instance(`instance-${++this.#started}`, this.#random);
  }

  async #push(): Promise<void> {
    const instance = this.#instances.shift() as Instance;
    const { body, key } = await instance.next();
    this.#instances.push(instance.pushes < this.#batches ? instance : this.#instance());
    const { url, headers, name } = this.#taker;
    const sent = request(url, {
      agent: this.#agent,
      method: "POST",
      headers: {
        ...headers,
        "content-type": "application/x-protobuf",
        "content-encoding": "gzip",
        "content-length": body.length,
        "idempotency-key": `"${key}"`,
      },
    });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    if (response.statusCode !== 200) throw new Error(`${name} answered ${response.statusCode}`);
    this.pushes++;
  }
}
