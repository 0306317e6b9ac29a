/** For the tests of OTLP: a receiver, and who writes to it. */
import type { PushResult } from "../destination.ts";
import { DELTA } from "../enumerations.ts";
import { createPushmeter, type Pushmeter, type PushmeterOptions } from "../index.ts";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { type OtlpOptions, otlp } from "./index.ts";

export const URL = "http://receiver/v1/metrics";

export interface Received {
  readonly key: string | null;
  readonly headers: Headers;
  /** Inflated. */
  readonly body: Uint8Array;
  /** Bytes on the wire. */
  readonly size: number;
}

export type Network = (store: () => void) => Response | Promise<Response>;

/** A receiver of OTLP/JSON that keeps what it stores, and what came for it. */
export class Receiver {
  readonly requests: Received[] = [];
  readonly stored: Received[] = [];
  /** What becomes of a request; the default stores it. */
  network: Network = (store) => {
    store();
    return new Response("{}");
  };

  readonly fetch = async (request: Request): Promise<Response> => {
    const { headers } = request;
    const sent = await request.arrayBuffer();
    const body = headers.get("content-encoding") === "gzip" ? await inflate(sent) : new Uint8Array(sent);
    const received = { key: headers.get("idempotency-key"), headers, body, size: sent.byteLength };
    this.requests.push(received);
    return this.network(() => this.stored.push(received));
  };

  /** Everything of this name that was stored, repetitions too. */
  points(name: string): JsonPoint[] {
    return this.stored.flatMap(({ body }) => pointsOf(body, name));
  }

  total(name: string): number {
    return this.points(name).reduce((total, point) => total + numberOf(point), 0);
  }
}

export interface JsonPoint {
  readonly attributes: { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
}

export function metricsOf(body: Uint8Array) {
  const { resourceMetrics } = JSON.parse(new TextDecoder().decode(body));
  return resourceMetrics[0].scopeMetrics.flatMap(({ metrics }: { metrics: object[] }) => metrics);
}

export function pointsOf(body: Uint8Array, name: string): JsonPoint[] {
  const found = metricsOf(body).filter((metric: { name: string }) => metric.name === name);
  return found.flatMap(({ sum }: { sum: { dataPoints: JsonPoint[] } }) => sum.dataPoints);
}

async function inflate(bytes: ArrayBuffer): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** One instance, on a fake clock. That does not wait for a thread that compresses: ask for gzip with `begin`. */
export class Writer {
  readonly receiver = new Receiver();
  readonly runtime = new FakeRuntime();
  readonly metered = new Metered({ runtime: this.runtime, scope: "app" });
  readonly meter = this.metered.meter;
  readonly destination;

  constructor(options: Partial<OtlpOptions> = {}) {
    const wire = { protocol: "http/json", temporality: "delta", gzip: false } as const;
    const common = { url: URL, timeout: 2000, ...wire };
    this.destination = otlp({ ...common, fetch: this.receiver.fetch, ...options }, this.runtime);
  }

  push(timeout?: number): Promise<PushResult> {
    return this.runtime.until(this.begin(timeout));
  }

  /** Pushes; time stands still meanwhile. */
  async begin(timeout = 2000): Promise<PushResult> {
    const resource = resourceOf({ "service.name": "courses", "service.instance.id": "i-1" });
    const metrics = await this.metered.collect(resource, DELTA);
    return new Promise((resolve) => this.destination.export(metrics, resolve, { timeout }));
  }
}

/** One instance with everything that users have. */
export class Instance {
  readonly receiver = new Receiver();
  readonly runtime: FakeRuntime;
  readonly pushmeter: Pushmeter;

  constructor(options: Partial<OtlpOptions> = {}, more: PushmeterOptions = {}, runtime = new FakeRuntime()) {
    this.runtime = runtime;
    const { fetch } = this.receiver;
    const auth = { bearer: "s3cr3t" };
    const wire = { protocol: "http/json", temporality: "delta", gzip: false } as const;
    const common = { url: URL, auth, fetch, ...wire };
    const push = otlp({ ...common, ...options }, this.runtime);
    this.pushmeter = createPushmeter({ service: "courses", push, onError: () => {}, ...more }, this.runtime);
  }

  flush(): Promise<boolean> {
    return this.runtime.until(this.pushmeter.flush());
  }
}

/** Stores, but the answer is lost. */
export const lost: Network = (store) => {
  store();
  throw new TypeError("connection reset");
};
export const down: Network = () => {
  throw new TypeError("connection refused");
};
export const works: Network = (store) => {
  store();
  return new Response("{}");
};

export const seqOf = ({ key }: Received) => Number(/^"[^/]+\/(\d+)"$/.exec(key ?? "")?.[1]);
export const numberOf = ({ asDouble, asInt }: JsonPoint) => Number(asDouble ?? asInt);
export const sizeOf = (body: Uint8Array) =>
  metricsOf(body).reduce((n: number, { sum }: { sum: { dataPoints: [] } }) => n + sum.dataPoints.length, 0);
