/** The embedded receiver on a free port: remote write and Pushgateway, decoded and kept in memory. */
import { Receiver } from "@pushmeter/sdk/testing";
import { type Server, serve } from "@pushmeter/testkit/serve";

export class ReceiverServer {
  readonly receiver: Receiver;
  readonly #server: Server;

  private constructor(receiver: Receiver, server: Server) {
    this.receiver = receiver;
    this.#server = server;
  }

  static async start(): Promise<ReceiverServer> {
    const receiver = new Receiver();
    return new ReceiverServer(receiver, await serve(receiver.fetch));
  }

  get url(): string {
    return this.#server.url;
  }

  [Symbol.dispose](): void {
    this.#server.close();
  }
}
