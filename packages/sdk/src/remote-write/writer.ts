/** An instance that writes to a receiver over a network that a test makes as bad as it likes. */
import type { PushResult } from "../destination.ts";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Receiver } from "../testing/index.ts";
import { type Protocol, remoteWrite } from "./index.ts";

const resource = resourceOf({ "service.name": "courses", "service.instance.id": "i-1" });

export type Network = (request: Request) => Promise<Response>;

export class Writer {
  readonly runtime: FakeRuntime;
  readonly receiver: Receiver;
  /** `version→status` of every request. */
  readonly exchanges: string[] = [];
  readonly sizes: number[] = [];
  readonly #metered: Metered;
  readonly meter;
  network: Network;
  readonly destination;

  constructor(protocol?: Protocol, runtime = new FakeRuntime()) {
    this.runtime = runtime;
    this.#metered = new Metered({ runtime });
    this.meter = this.#metered.meter;
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
    const batch = await this.#metered.collect(resource);
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
