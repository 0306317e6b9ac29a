/** How a proxy hands a request on, and its answer back. */
import { once } from "node:events";
import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";

/** The origin of a server, or what answers in this process. */
export type Upstream = string | ((request: Request) => Promise<Response>);

export interface Held {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** About one connection only, or about a body that was put together again. */
const NOT_HANDED_ON =
  /^(connection|content-length|expect|host|keep-alive|proxy-connection|transfer-encoding)$/;

export async function hold(request: IncomingMessage): Promise<Held> {
  const { method = "GET", url = "/", headers } = request;
  return { method, path: url, headers: handedOn(headers), body: await bytesOf(request) };
}

export function forward(upstream: Upstream, held: Held): Promise<Answer> {
  return typeof upstream === "string" ? toServer(upstream, held) : toHandler(upstream, held);
}

export function relay({ status, headers, body }: Answer, response: ServerResponse): void {
  response.writeHead(status, headers).end(body);
}

async function toServer(origin: string, { method, path, headers, body }: Held): Promise<Answer> {
  // A new connection: one from before the server's restart would fail.
  const options = { method, headers: { ...headers, "content-length": body.length }, agent: false };
  const request = httpRequest(origin + path, options).end(body);
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  return {
    status: answer.statusCode ?? 0,
    headers: handedOn(answer.headers),
    body: await bytesOf(answer),
  };
}

async function toHandler(
  handler: (request: Request) => Promise<Response>,
  { method, path, headers, body }: Held,
): Promise<Answer> {
  const init = { method, headers, body: body.length ? new Uint8Array(body) : null };
  const response = await handler(new Request(`http://upstream${path}`, init));
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function handedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !NOT_HANDED_ON.test(name));
  return Object.fromEntries(kept as [string, string][]);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
