/** The SDK's `Receiver` on a free port: remote write and Pushgateway, decoded and kept in memory. */
import { setTimeout as sleep } from "node:timers/promises";
import { Receiver } from "@pushmeter/sdk/testing";
import { type Server, serve } from "./serve.ts";

export class ReceiverServer {
  readonly receiver = new Receiver();
  /** Milliseconds until an answer; Infinity: it takes the request and never answers. */
  delay = 0;
  /** Answers with 503, as a proxy does whose backend is gone. */
  isDown = false;
  #held: Promise<void> | undefined;
  #server: Server | undefined;

  private constructor() {}

  static async start(): Promise<ReceiverServer> {
    const server = new ReceiverServer();
    server.#server = await serve((request) => server.#answer(request));
    return server;
  }

  /** The Pushgateway's URL. */
  get url(): string {
    return this.#server?.url ?? "";
  }

  /** The remote-write endpoint. */
  get writeUrl(): string {
    return `${this.url}/api/v1/write`;
  }

  /** Holds all answers back from now on; calling the result releases them. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    return resolve;
  }

  /** The sum of the last values of the series with these labels, of those too that have ended. */
  counted(name: string, labels?: Readonly<Record<string, string>>): number {
    const values = this.receiver
      .series(name, labels)
      .map(({ samples }) => samples.findLast(({ stale }) => !stale));
    return values.reduce((sum, sample) => sum + (sample?.value ?? 0), 0);
  }

  stop(): void {
    this.#server?.close();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #answer(request: Request): Promise<Response> {
    if (this.delay === Infinity) return new Promise(() => {});
    await this.#held;
    await sleep(this.delay);
    if (this.isDown) return new Response("no healthy upstream", { status: 503 });
    return this.receiver.fetch(request);
  }
}
