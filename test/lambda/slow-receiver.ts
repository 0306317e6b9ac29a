/** The embedded receiver on a port of its own, as slow as it is told to be. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { Receiver } from "@pushmeter/sdk/testing";

export class SlowReceiver {
  readonly receiver = new Receiver();
  /** Milliseconds until an answer; Infinity: takes the request and never answers. */
  delay = 0;
  #held: Promise<void> | undefined;
  readonly #server: ServerType;

  private constructor() {
    this.#server = createAdaptorServer({ fetch: (request) => this.#answer(request) });
  }

  static async start(): Promise<SlowReceiver> {
    const slow = new SlowReceiver();
    slow.#server.listen(0, "127.0.0.1");
    await once(slow.#server, "listening");
    return slow;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v1/write`;
  }

  /** From now on nobody gets an answer; the result lets them have it. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  stop(): void {
    this.#server.close();
    if ("closeAllConnections" in this.#server) this.#server.closeAllConnections();
  }

  async #answer(request: Request): Promise<Response> {
    if (this.delay === Infinity) return new Promise(() => {});
    await this.#held;
    await sleep(this.delay);
    return this.receiver.fetch(request);
  }
}
