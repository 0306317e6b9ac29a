/** A server on this machine, and whose requests it answers. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../../command.ts";
import { BODY_LIMIT } from "../wires/body.ts";

export const LOOPBACK = "127.0.0.1";

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends its connections, too. */
  close(): void;
}

/** @throws Failure if the port is taken. */
export async function listen(listener: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer(listener);
  // Senders on this machine may pause for longer than Node's 5 s.
  server.keepAliveTimeout = 60_000;
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new Failure(`Port ${port} is taken: choose another with --port, or --port 0 for a free one`);
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EACCES") {
      throw new Failure(`Cannot listen on --host ${host} at port ${port}: ${code}`);
    }
    throw error;
  }
  const { port: taken } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  const name = host === "0.0.0.0" || host === "::" ? LOOPBACK : host;
  return { url: `http://${name.includes(":") ? `[${name}]` : name}:${taken}`, close };
}

/** The whole body; undefined if it is larger than the limit or does not come whole. */
export async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      // What is too large is read to its end, so that the sender hears of it.
      if (length <= BODY_LIMIT) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  if (length > BODY_LIMIT) return undefined;
  const [only = Buffer.alloc(0)] = chunks;
  return new Uint8Array(chunks.length < 2 ? only : Buffer.concat(chunks, length));
}

/**
 * Whether a request names this machine. A page of another origin reaches a loopback port through a name that it makes
 * lead here (DNS rebinding), but then the request has that name.
 */
export function isLocal({ headers: { host = "" } }: IncomingMessage): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host);
}

/** Whether a request that changes something comes from our own page, or from no page. */
export function isOwn({ headers: { origin, host } }: IncomingMessage): boolean {
  return origin === undefined || origin === `http://${host}`;
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array = "",
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", ...headers });
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json", JSON.stringify(value));
}
