/**
 * A proxy in front of a receiver, on the loopback interface, that misbehaves as it is told, request by request, over
 * real HTTP.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "../poll.ts";
import { courseOf, type Delivery } from "./deliveries.ts";
import { type Answer, forward, type Held, hold, type Upstream } from "./upstream.ts";

export class FaultyProxy {
  /** For the next requests, one after the other. */
  queue: Delivery[] = [];
  /** For all requests after those. */
  rest: Delivery = "pass";
  /** Requests that came in. */
  requests = 0;
  /** Of them, since the last `fail`, those that did not simply pass. */
  disturbed = 0;
  /** Answers with 2xx that came through since the last request that did not pass. */
  passed = 0;
  /** Requests that get no answer until the client goes away. */
  hanging = 0;
  #upstream: Upstream;
  #port = 0;
  readonly #late: Held[] = [];
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response).catch(() => request.socket.resetAndDestroy());
  });

  private constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** @param upstream - any URL of the receiver, of which path and query stay the client's, or what answers here. */
  static async start(upstream: Upstream): Promise<FaultyProxy> {
    const proxy = new FaultyProxy("");
    proxy.moveTo(upstream);
    await proxy.#listen();
    return proxy;
  }

  /** Without a path. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A URL of the receiver, through the proxy. */
  through(url: string): string {
    return url.replace(String(this.#upstream), this.url);
  }

  /** The receiver has another address from now on. */
  moveTo(upstream: Upstream): void {
    this.#upstream = typeof upstream === "string" ? new URL(upstream).origin : upstream;
  }

  /** Until `work`. `down`: nothing listens. */
  async fail(delivery: Delivery | "down"): Promise<void> {
    this.disturbed = 0;
    if (delivery === "down") await this.stop();
    else this.rest = delivery;
  }

  /** Nothing goes wrong any more; connections that wait for an answer are ended. */
  async work(): Promise<void> {
    this.queue = [];
    this.rest = "pass";
    this.#server.closeAllConnections();
    if (this.#server.listening) return;
    // Another process's outgoing connection can use the port for a moment.
    const listen = () =>
      this.#listen().then(
        () => true,
        () => false,
      );
    await until(`port ${this.#port} is free again`, listen, Boolean);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const delivery = this.queue.shift() ?? this.rest;
    const { arrives, end } = courseOf(delivery);
    this.requests++;
    if (delivery !== "pass") {
      this.disturbed++;
      this.passed = 0;
    }
    // Each request meets the current failure, and none finds its connection closed by the last one.
    response.setHeader("connection", "close");
    if (delivery === "refuse") return end?.(response, NONE);
    if (delivery === "break the request") {
      request.once("data", () => end?.(response, NONE));
      return;
    }
    const held = await hold(request);
    let answer = NONE;
    if (arrives === "later") this.#late.push(held);
    else for (let n = 0; n < arrives; n++) answer = await forward(this.#upstream, held);
    if (delivery === "pass") {
      for (const late of this.#late.splice(0)) await forward(this.#upstream, late);
      if (answer.status < 300) this.passed++;
    }
    if (end) return end(response, answer);
    this.hanging++;
    response.on("close", () => this.hanging--);
  }
}

const NONE: Answer = { status: 0, headers: {}, body: Buffer.alloc(0) };
