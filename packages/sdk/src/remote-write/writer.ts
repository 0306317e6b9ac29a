/** An instance that writes to a receiver over a network that a test makes as bad as it likes. */
import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { PushResult } from "../destination.ts";
import { Reader } from "../flush/reader.ts";
import { Totals } from "../flush/totals.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Receiver } from "../testing/index.ts";
import { type Protocol, remoteWrite } from "./index.ts";

const resource = resourceFromAttributes({ "service.name": "courses", "service.instance.id": "i-1" });

export type Network = (request: Request) => Promise<Response>;

export class Writer {
  readonly runtime: FakeRuntime;
  readonly receiver: Receiver;
  /** `version→status` of every request. */
  readonly exchanges: string[] = [];
  readonly sizes: number[] = [];
  readonly #reader = new Reader(() => ({ type: 0 }));
  readonly #totals = new Totals();
  readonly meter = new MeterProvider({ resource, readers: [this.#reader] }).getMeter("@pushmeter/sdk");
  network: Network;
  readonly destination;

  constructor(protocol?: Protocol, runtime = new FakeRuntime()) {
    this.runtime = runtime;
    this.receiver = new Receiver({ now: () => runtime.now() });
    this.network = this.receiver.fetch;
    this.destination = remoteWrite(
      {
        url: "http://receiver/api/v1/write",
        timeout: 5000,
        protocol,
        fetch: async (request) => {
          const version = request.headers.get("x-prometheus-remote-write-version");
          const response = await this.network(request);
          this.exchanges.push(`${version}→${response.status}`);
          return response;
        },
      },
      this.runtime,
    );
  }

  async push(): Promise<PushResult> {
    this.#totals.add((await this.#reader.collect()).resourceMetrics);
    const batch = this.#totals.cumulative(resource, this.runtime.now());
    const result = await this.runtime.until(
      new Promise<PushResult>((resolve) => this.destination.export(batch, resolve)),
    );
    await this.runtime.advance(5000);
    return result;
  }

  samples(name: string): number[][] {
    return this.receiver.series(name).map(({ samples }) => samples.map(({ value }) => value));
  }
}

export const is2 = ({ headers }: Request) => headers.get("x-prometheus-remote-write-version") === "2.0.0";
export const answer = (status: number, body = "") => new Response(status === 204 ? null : body, { status });

/** A receiver of version 1.0 only, and what it says to 2.0. */
export const only1 =
  (writer: Writer, status: number): Network =>
  async (request) =>
    is2(request) ? answer(status) : writer.receiver.fetch(request);

/** Refuses whole requests of version 1.0 in which this label value stands. */
export const allergic =
  (writer: Writer, poison: string, why = "poisoned"): Network =>
  async (request) => {
    const text = new TextDecoder().decode(await request.clone().arrayBuffer());
    return text.includes(poison) ? answer(400, why) : writer.receiver.fetch(request);
  };
