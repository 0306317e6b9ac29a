/** The embedded receiver on a port of its own, as slow as it is told to be. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Receiver } from "@pushmeter/sdk/testing";

export class ReceiverServer {
  readonly receiver = new Receiver();
  /** Milliseconds until an answer; Infinity: takes the request and never answers. */
  delay = 0;
  /** Pushes that have come in, answered or not. */
  pushes = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<ReceiverServer> {
    const server = new ReceiverServer();
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get remoteWriteUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v1/write`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.pushes++;
    if (this.delay === Infinity) return;
    await sleep(this.delay);
    // A push that was frozen or killed meanwhile is not delivered.
    if (response.destroyed) return;
    const { method = "POST", url = "/" } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const body = Buffer.concat(chunks);
    const answer = await this.receiver.fetch(
      new Request(new URL(url, this.remoteWriteUrl), { method, headers: Object.fromEntries(headers), body }),
    );
    response.writeHead(answer.status).end(await answer.text());
  }
}
