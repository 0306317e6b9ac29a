/** The embedded receiver on a port of its own, as slow as it is told to be. */
import { setTimeout as sleep } from "node:timers/promises";
import { Receiver } from "@pushmeter/sdk/testing";
import { type Server, serve } from "@pushmeter/testkit/serve";

export class SlowReceiver {
  readonly receiver = new Receiver();
  /** Milliseconds until an answer; Infinity: takes the request and never answers. */
  delay = 0;
  #held: Promise<void> | undefined;
  #server: Server | undefined;

  private constructor() {}

  static async start(): Promise<SlowReceiver> {
    const slow = new SlowReceiver();
    slow.#server = await serve((request) => slow.#answer(request));
    return slow;
  }

  get url(): string {
    return `${this.#server?.url}/api/v1/write`;
  }

  /** From now on nobody gets an answer; the result lets them have it. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  stop(): void {
    this.#server?.close();
  }

  async #answer(request: Request): Promise<Response> {
    if (this.delay === Infinity) return new Promise(() => {});
    await this.#held;
    await sleep(this.delay);
    return this.receiver.fetch(request);
  }
}
