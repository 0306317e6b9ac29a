/** The requests that the SDK's own destinations make of a canary, with the user's credentials, not sent yet. */

import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Destination } from "@pushmeter/sdk";
import { type Runtime, systemRuntime } from "@pushmeter/sdk/adapter";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { collected } from "./canary.ts";
import type { Target } from "./target.ts";

export type Version = "1.0" | "2.0";

type Fetch = (request: Request) => Promise<Response>;

/** What every destination takes for a success. */
const STORED = Object.fromEntries(
  ["samples", "histograms", "exemplars"].map((kind) => [
    `x-prometheus-remote-write-${kind}-written`,
    "1000000",
  ]),
);

export class Sender {
  readonly #target: Target;
  readonly #instance: string;
  readonly #runtime: Runtime;

  /** @param now - the time that samples get, ms since the epoch. */
  constructor(target: Target, instance: string, now: () => number) {
    this.#target = target;
    this.#instance = instance;
    this.#runtime = { ...systemRuntime, now };
  }

  /** Samples at `time`, or stale markers. */
  remoteWrite(
    version: Version,
    metrics: readonly MetricData[],
    time: number,
    stale = false,
  ): Promise<Request> {
    return captured((fetch) => {
      const options = { ...this.#endpoint(fetch), protocol: version, histograms: nativeHistograms() };
      return remoteWrite(options, this.#runtime).write?.(this.#collected(metrics), { time, stale });
    });
  }

  /** A counter's second push, of version 2.0: its value and its start timestamp, without the zero of the first. */
  started(metric: MetricData): Promise<Request> {
    return captured(async (fetch) => {
      const destination = remoteWrite({ ...this.#endpoint(fetch), protocol: "2.0" }, this.#runtime);
      await exported(destination, this.#collected([metric]));
      await exported(destination, this.#collected([metric]));
    });
  }

  otlp(temporality: "cumulative" | "delta", metrics: readonly MetricData[]): Promise<Request> {
    return captured((fetch) =>
      exported(otlp({ ...this.#endpoint(fetch), temporality }, this.#runtime), this.#collected(metrics)),
    );
  }

  /** A group with the canary, or its deletion. */
  group(metrics: readonly MetricData[], { gzip = true, isDeletion = false } = {}): Promise<Request> {
    return captured(async (fetch) => {
      const options = { ...this.#endpoint(fetch), gzip, deleteOnShutdown: true };
      const destination = pushgateway(options, this.#runtime);
      await exported(destination, this.#collected(metrics));
      if (isDeletion) await destination.shutdown();
    });
  }

  /** A request of any other kind, with the user's credentials. */
  async authorized(url: string, init: RequestInit = {}): Promise<Request> {
    const { auth } = this.#target;
    const request = new Request(url, init);
    if (!auth) return request;
    if ("sigv4" in auth) return auth.sigv4(request);
    for (const [name, value] of Object.entries(headersOf(auth))) request.headers.set(name, value);
    return request;
  }

  #endpoint(fetch: Fetch) {
    const { url, auth } = this.#target;
    return { url, auth, fetch };
  }

  #collected(metrics: readonly MetricData[]): ResourceMetrics {
    return collected(this.#instance, ...metrics);
  }
}

/** The last request that a destination makes while it is answered that everything is stored. */
async function captured(push: (fetch: Fetch) => Promise<unknown> | undefined): Promise<Request> {
  let last: Request | undefined;
  await push(async (request) => {
    last = request;
    return new Response(null, { status: 204, headers: STORED });
  });
  if (!last) throw new Error("The destination sent nothing");
  return last;
}

function headersOf(
  auth: Exclude<NonNullable<Target["auth"]>, { sigv4: unknown }>,
): Readonly<Record<string, string>> {
  if ("headers" in auth) return auth.headers;
  if ("bearer" in auth) return { authorization: `Bearer ${auth.bearer}` };
  const { username, password } = auth.basic;
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

function exported(destination: Destination, metrics: ResourceMetrics): Promise<unknown> {
  return new Promise((resolve) => destination.export(metrics, resolve));
}
