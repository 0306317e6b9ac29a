/** Sends many requests to one server on this machine. `fetch` takes three times as much of a core for each. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

export interface HttpRequest {
  /** Default GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export class HttpClient {
  readonly #origin: URL;
  readonly #agent = new Agent({ keepAlive: true });

  /** @param server - any URL of the server. */
  constructor(server: URL | string) {
    this.#origin = new URL("/", server);
  }

  /** @param path - with the query, or a URL whose host the server is to see as its own. */
  async send(path: string, { method = "GET", headers, body = "" }: HttpRequest = {}): Promise<HttpAnswer> {
    const { host, pathname, search } = new URL(path, this.#origin);
    const outgoing = request(new URL(pathname + search, this.#origin), {
      method,
      agent: this.#agent,
      headers: { host, ...(body.length && { "content-length": Buffer.byteLength(body) }), ...headers },
    });
    outgoing.end(body.length ? body : undefined);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    return { status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
  }

  close(): void {
    this.#agent.destroy();
  }
}
