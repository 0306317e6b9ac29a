/** The embedded receiver on a free port: remote write and Pushgateway, decoded and kept in memory. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Receiver } from "@pushmeter/sdk/testing";

export class ReceiverServer {
  readonly receiver: Receiver;
  readonly url: string;
  readonly #close: () => void;

  private constructor(receiver: Receiver, url: string, close: () => void) {
    this.receiver = receiver;
    this.url = url;
    this.#close = close;
  }

  static async start(): Promise<ReceiverServer> {
    const receiver = new Receiver();
    const server = createAdaptorServer({ fetch: receiver.fetch });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return new ReceiverServer(receiver, `http://127.0.0.1:${port}`, () => server.close());
  }

  [Symbol.dispose](): void {
    this.#close();
  }
}
