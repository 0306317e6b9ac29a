/** HTTP over `node:http`: requests as the routes take them, with bounds on what all of them hold in memory. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Refusal } from "@pushmeter/sdk/adapter";
import type { Incoming } from "../incoming.ts";
import { checkEncoding, inflate } from "../inflate.ts";

/** Bytes of bodies that are being read, of all requests. */
const MOST_BYTES = 64_000_000;
/** Of a body that is not wanted, so many bytes are read: a sender that still writes would miss the answer. */
const DISCARDED = 16_000_000;
/** A request that is not complete after so long is ended, ms. */
const LONGEST_REQUEST = 30_000;
/** Longer than load balancers keep idle connections, so that they end them and not this server. */
const LONGEST_IDLE = 75_000;

const BASE = "http://aggregator";

export type Handler = (request: Incoming) => Promise<Response>;

export class HttpServer {
  readonly #handler: Handler;
  readonly #server: Server;
  /** Bytes of bodies that are being read. */
  #bytes = 0;

  private constructor(handler: Handler) {
    this.#handler = handler;
    const options = { requestTimeout: LONGEST_REQUEST, keepAliveTimeout: LONGEST_IDLE };
    this.#server = createServer(options, (request, response) => void this.#answer(request, response));
  }

  /** @throws Error with one sentence if the port cannot be had. */
  static async listen(port: number, host: string, handler: Handler): Promise<HttpServer> {
    const http = new HttpServer(handler);
    http.#server.listen(port, host);
    try {
      await once(http.#server, "listening");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const why = code === "EADDRINUSE" ? "another process uses it" : code;
      throw new Error(`pushmeter: cannot listen on port ${port} of ${host}: ${why}`);
    }
    return http;
  }

  /** Without a slash at the end. */
  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** Takes no more connections; requests that are under way are answered. */
  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeIdleConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Where the connection breaks there is nobody to answer.
    request.on("error", () => {});
    response.on("error", () => {});
    try {
      const answer = await this.#handler(this.#incoming(request));
      const body = new Uint8Array(await answer.arrayBuffer());
      const headers = { ...Object.fromEntries(answer.headers), "content-length": body.length };
      if (!this.#server.listening) response.setHeader("connection", "close");
      response.writeHead(answer.status, headers).end(body);
    } catch (error) {
      console.error(`pushmeter: aggregator: ${error}`);
      response.writeHead(503).end();
    }
  }

  #incoming(request: IncomingMessage): Incoming {
    const { method = "", headers } = request;
    // What is no path is answered as a path that does not exist.
    const url = URL.parse(request.url ?? "/", BASE) ?? new URL("/-", BASE);
    return {
      method,
      path: url.pathname,
      parameter: (name) => url.searchParams.get(name),
      header: (name) => headers[name] as string | undefined,
      body: (limit) => this.#body(request, limit),
      discard: async () => discard(request),
    };
  }

  async #body(request: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
    const encoding = request.headers["content-encoding"]?.toLowerCase() ?? "identity";
    checkEncoding(encoding);
    const length = Number(request.headers["content-length"] ?? limit);
    if (length > limit) throw new Refusal(413, `the body is larger than ${limit} bytes`);
    if (this.#bytes + length > MOST_BYTES) throw new Refusal(503, "too many requests at once");
    this.#bytes += length;
    try {
      return inflate(await read(request, limit), encoding, limit);
    } finally {
      this.#bytes -= length;
    }
  }
}

async function read(request: IncomingMessage, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Without an iterator: to leave one would end the connection before it has been answered.
    await new Promise<void>((resolve, reject) => {
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= limit) chunks.push(chunk);
        else reject(new Refusal(413, `the body is larger than ${limit} bytes`));
      });
      request.on("end", resolve);
      request.on("close", () => reject(new Refusal(400, "the body could not be read")));
      request.on("error", () => reject(new Refusal(400, "the body could not be read")));
    });
  } finally {
    request.removeAllListeners("data");
  }
  return new Uint8Array(Buffer.concat(chunks));
}

function discard(request: IncomingMessage): void {
  if (request.complete) return;
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARDED) request.destroy();
  });
  request.resume();
}
