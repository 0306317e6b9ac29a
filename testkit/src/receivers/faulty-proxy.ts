/**
 * A proxy in front of a receiver that misbehaves as it is told, request by request, over real HTTP: what networks,
 * gateways and other proxies do to a push.
 */
import { once } from "node:events";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** What happens to one request. */
export const DELIVERIES = [
  "pass",
  /** The connection breaks before anything is read. */
  "refuse",
  "500",
  "503",
  /** With `Retry-After: 30`. */
  "429",
  /** No answer; the receiver never sees it. */
  "hang",
  /** A sign-in page with 200 instead of the receiver. */
  "login page",
  /** The receiver gets it; its answer does not come back. */
  "lose the answer",
  "store, then 504",
  "store, then hang",
  /** The receiver gets it twice, and the second answer comes back. */
  "twice",
  /** 504, and the receiver gets it after the next request that passes. */
  "late",
] as const;

export type Delivery = (typeof DELIVERIES)[number];

const LOGIN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>";

interface Held {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class FaultyProxy {
  /** For the next requests, one after the other. */
  queue: Delivery[] = [];
  /** For all requests after those. */
  rest: Delivery = "pass";
  /** Requests that came in. */
  requests = 0;
  /** Of them, those that did not simply pass. */
  disturbed = 0;
  /** Requests that get no answer until the client goes away. */
  hanging = 0;
  readonly #receiver: string;
  readonly #late: Held[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response).catch(() => request.socket.resetAndDestroy());
  });

  /** @param receiver - any URL of the receiver; its path and query stay the client's business. */
  private constructor(receiver: string) {
    this.#receiver = new URL(receiver).origin;
  }

  static async start(receiver: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(receiver);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  /** The URL of the receiver, through the proxy. */
  through(url: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return url.replace(this.#receiver, `http://127.0.0.1:${port}`);
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const delivery = this.queue.shift() ?? this.rest;
    this.requests++;
    if (delivery !== "pass") this.disturbed++;
    if (delivery === "refuse") return void request.socket.resetAndDestroy();
    const held = await hold(request);
    switch (delivery) {
      case "pass": {
        const answer = await this.#forward(held);
        for (const late of this.#late.splice(0)) await this.#forward(late);
        return relay(answer, response);
      }
      case "twice":
        await this.#forward(held);
        return relay(await this.#forward(held), response);
      case "late":
        this.#late.push(held);
        return respond(response, 504, "upstream request timeout");
      case "lose the answer":
        await this.#forward(held);
        return void request.socket.resetAndDestroy();
      case "store, then 504":
        await this.#forward(held);
        return respond(response, 504, "upstream request timeout");
      case "store, then hang":
        await this.#forward(held);
        return this.#hang(response);
      case "hang":
        return this.#hang(response);
      case "login page":
        return respond(response, 200, LOGIN, { "content-type": "text/html; charset=utf-8" });
      case "429":
        return respond(response, 429, "too many requests", { "retry-after": "30" });
      default:
        return respond(response, Number(delivery), "the gateway cannot reach its upstream");
    }
  }

  #hang(response: ServerResponse): void {
    this.hanging++;
    response.on("close", () => this.hanging--);
  }

  async #forward(held: Held): Promise<Answer> {
    const { method, path, headers, body } = held;
    const options = { method, headers: { ...headers, "content-length": body.length }, agent: this.#agent };
    const request = httpRequest(this.#receiver + path, options).end(body);
    try {
      const [answer] = (await once(request, "response")) as [IncomingMessage];
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: await bytesOf(answer) };
    } catch (error) {
      // A connection from before the receiver's restart fails when it is used again.
      if (request.reusedSocket) return this.#forward(held);
      throw error;
    }
  }
}

async function hold(request: IncomingMessage): Promise<Held> {
  const kept = Object.entries(request.headers).filter(([name]) =>
    /^(content-(type|encoding)|authorization|idempotency-key|x-)/.test(name),
  );
  return {
    method: request.method ?? "POST",
    path: request.url ?? "/",
    headers: Object.fromEntries(kept as [string, string][]),
    body: await bytesOf(request),
  };
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function respond(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers).end(body);
}

function relay({ status, headers, body }: Answer, response: ServerResponse): void {
  const kept = Object.entries(headers).filter(([name]) => /^(content-type|retry-after|x-)/.test(name));
  response.writeHead(status, Object.fromEntries(kept)).end(body);
}
