/** A network, as an HTTP proxy that misbehaves as it is told, request by request, in front of a receiver that may move. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What can happen to one request. `store`: the receiver gets it, and its answer does not come through. */
export const FAULTS = [
  "pass",
  "reset before the body",
  "reset during the body",
  "reset after the body",
  "store, then reset",
  "store, then reset in the answer",
  "store, then hang",
  "store, then 500",
  "store, then 504",
  "hang",
  "one byte a second",
  "garbage",
  "500",
  "503",
  "503 with a date",
  "429 with seconds",
  "429 with a date",
  "400",
  "413",
  "415",
] as const;

export type Fault = (typeof FAULTS)[number];

const STATUS = /^(store, then )?(\d{3})/;

export class Network {
  /** Applied one after the other; then every request passes. */
  readonly faults: Fault[] = [];
  /** Where the receiver is, without a path. */
  target: string;
  /** Nobody listens, as far as the client can see. */
  isDown = false;
  /** Answers of the receiver that came through after the last fault. */
  stored = 0;
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response).catch(() => request.socket.destroy());
  });

  constructor(target: string) {
    this.target = target;
    this.#server.on("connection", (socket) => {
      if (this.isDown) socket.destroy();
    });
  }

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.faults.length) this.stored = 0;
    const fault = this.isDown ? "reset before the body" : (this.faults.shift() ?? "pass");
    if (fault === "reset before the body") return reset(request);
    if (fault === "reset during the body") {
      request.once("data", () => reset(request));
      return;
    }
    const body = await read(request);
    const stored =
      fault === "pass" || fault.startsWith("store") ? await this.#forward(request, body) : undefined;
    if (fault === "pass" && stored) {
      response.writeHead(stored.status, Object.fromEntries(stored.headers));
      response.end(await stored.text());
      if (stored.ok) this.stored++;
    } else if (fault.endsWith("hang")) {
      // Until the client goes away.
    } else if (fault === "one byte a second") {
      trickle(response);
    } else if (fault === "garbage") {
      request.socket.end("\x00\x16\x03 garbage, not HTTP\r\n\r\n");
    } else if (fault === "store, then reset in the answer") {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => reset(request));
    } else if (STATUS.test(fault)) {
      const headers: Record<string, string> = {};
      if (fault.endsWith("seconds")) headers["retry-after"] = "1";
      if (fault.endsWith("date")) headers["retry-after"] = new Date(Date.now() + 1500).toUTCString();
      response.writeHead(Number(STATUS.exec(fault)?.[2]), headers);
      response.end(`the proxy says ${fault}`);
    } else {
      reset(request);
    }
  }

  #forward({ url, headers }: IncomingMessage, body: Uint8Array<ArrayBuffer>): Promise<Response> {
    const kept = Object.entries(headers).filter(([name]) => /^(content-(type|encoding)|x-)/.test(name));
    return fetch(this.target + url, {
      method: "POST",
      headers: Object.fromEntries(kept as [string, string][]),
      body,
    });
  }
}

function reset({ socket }: IncomingMessage): void {
  socket.resetAndDestroy();
}

/** Headers at once, so that the client waits for a body that takes longer than it has. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { "content-length": 1000 });
  const timer = setInterval(() => response.write("."), 1000);
  response.write(".");
  response.on("close", () => clearInterval(timer));
}

async function read(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return new Uint8Array(Buffer.concat(chunks));
}
