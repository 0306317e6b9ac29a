/** Serves a fetch handler on a port of this machine. */

/** A server that runs. */
export interface Listening {
  /** `http://127.0.0.1:` and the port, without a slash at the end. */
  readonly url: string;
  /** Ends the server and its connections. */
  close(): Promise<void>;
}

/** The parts of Node's module `http` that are used. */
interface Incoming extends AsyncIterable<Uint8Array> {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

interface Outgoing {
  writeHead(status: number, headers: Readonly<Record<string, string>>): void;
  end(body: Uint8Array): void;
}

interface Server {
  listen(port: number, host: string, listening: () => void): void;
  once(event: "error", listener: (error: Error) => void): void;
  address(): { readonly port: number };
  close(closed: () => void): void;
  closeAllConnections(): void;
}

interface Http {
  createServer(handle: (incoming: Incoming, outgoing: Outgoing) => void): Server;
}

/** Not imported, so that tests in workerd load. */
function nodeHttp(): Http {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } };
  const http = process?.getBuiltinModule?.("node:http") as Http | undefined;
  return http ?? unavailable();
}

function unavailable(): never {
  throw new TypeError("pushmeter: listen needs Node, Deno or Bun. Elsewhere pass the receiver's fetch on");
}

/**
 * @param port - 0: a free one.
 * @throws Error if the port is in use.
 */
export async function listen(
  fetch: (request: Request) => Promise<Response>,
  port: number,
): Promise<Listening> {
  const server = nodeHttp().createServer(async (incoming, outgoing) => {
    const response = await fetch(requestOf(incoming));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(new Uint8Array(await response.arrayBuffer()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function requestOf(incoming: Incoming): Request {
  const { method, url, headers } = incoming;
  const pairs = Object.entries(headers).map(([name, value]) => [name, `${value}`] as [string, string]);
  const hasBody = method !== "GET" && method !== "HEAD";
  const init = { method, headers: pairs, body: hasBody ? bodyOf(incoming) : null, duplex: "half" };
  return new Request(`http://127.0.0.1${url}`, init);
}

function bodyOf(incoming: Incoming): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
