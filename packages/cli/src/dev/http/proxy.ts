/**
 * A proxy in front of the application, which counts what was sent to it: what the application's metrics count must come to
 * the same.
 */
import {
  type IncomingMessage,
  type RequestListener,
  request as requestHttp,
  type ServerResponse,
} from "node:http";
import { request as requestHttps } from "node:https";
import type { Sent } from "../model/snapshot.ts";

/** Of one connection to the next, not of the message: RFC 9110, 7.6.1. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "upgrade",
];

export class CountingProxy {
  readonly #app: URL;
  readonly #changed: () => void;
  #requests = 0;
  #answered = 0;

  /** @param changed - called after each answer. */
  constructor(app: URL, changed: () => void) {
    this.#app = app;
    this.#changed = changed;
  }

  /** @param proxy - where the proxy listens. */
  sent(proxy: string): Sent {
    return { app: this.#app.origin, proxy, requests: this.#requests, answered: this.#answered };
  }

  readonly listener: RequestListener = (incoming, response) => {
    this.#requests++;
    const { method, headers, url = "/" } = incoming;
    const send = this.#app.protocol === "https:" ? requestHttps : requestHttp;
    const outgoing = send(
      new URL(url.startsWith("/") ? url : "/", this.#app),
      { method, headers: { ...forwarded(headers), host: this.#app.host } },
      (answer) => this.#answer(answer, response),
    );
    outgoing.on("error", (error) => {
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(502, { "content-type": "text/plain" })
          .end(`pushmeter dev: ${this.#app.origin}: ${error.message}\n`);
    });
    // A client that goes away ends the request.
    response.on("close", () => outgoing.destroy());
    incoming.pipe(outgoing);
  };

  #answer(answer: IncomingMessage, response: ServerResponse): void {
    this.#answered++;
    response.writeHead(answer.statusCode ?? 502, forwarded(answer.headers));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
    this.#changed();
  }
}

function forwarded<Headers extends object>(headers: Headers): Headers {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name));
  return Object.fromEntries(kept) as Headers;
}
