/**
 * A proxy before a receiver, on the loopback interface: it fails on demand as networks and servers do, and works again
 * on the same port.
 */
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type Socket } from "node:net";
import { until } from "@pushmeter/testkit/poll";

export type Failure =
  /** Accepts connections and sends nothing. */
  | "hang"
  /** Does not listen. */
  | "refuse"
  /** Answers bytes that are not HTTP. */
  | "garbage"
  /** Answers 500. */
  | "error"
  /** Ends the connection within the answer's body. */
  | "cut"
  /** Stores what was sent and ends the connection instead of answering. */
  | "lost answer"
  /** Stores what was sent and does not answer. */
  | "silence";

type Target = (request: Request) => Promise<Response>;

export class Front {
  readonly #target: Target;
  readonly #sockets = new Set<Socket>();
  readonly #http = createHttpServer((incoming, outgoing) => this.#answer(incoming, outgoing));
  readonly #tcp = createServer((socket) => this.#accept(socket));
  #failure: Failure | undefined;
  #port = 0;
  #attempts = 0;

  /** @param target - stores what arrives while the front works. */
  constructor(target: Target) {
    this.#target = target;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Connections made while it failed, without refused ones. */
  get attempts(): number {
    return this.#attempts;
  }

  async start(): Promise<void> {
    this.#tcp.listen(this.#port, "127.0.0.1");
    await once(this.#tcp, "listening");
    this.#port = (this.#tcp.address() as { port: number }).port;
  }

  async fail(failure: Failure): Promise<void> {
    this.#failure = failure;
    this.#attempts = 0;
    if (failure === "refuse") await this.stop();
  }

  async work(): Promise<void> {
    this.#failure = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (this.#tcp.listening) return;
    // Another process's outgoing connection can use the port for a moment.
    const listen = () =>
      this.start().then(
        () => true,
        () => false,
      );
    await until(`port ${this.#port} is free again`, listen, Boolean);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#tcp.listening) return;
    this.#tcp.close();
    await once(this.#tcp, "close");
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // A client that gives up resets the connection.
    socket.on("error", () => {});
    if (this.#failure) this.#attempts++;
    switch (this.#failure) {
      case "hang":
        socket.resume();
        break;
      case "garbage":
        socket.end(Buffer.from([0, 255, 13, 10, 72, 84, 84, 80, 47, 0, 128, 10, 10]));
        break;
      case "cut":
        socket.once("data", () => {
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of");
        });
        break;
      default:
        this.#http.emit("connection", socket);
    }
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const failure = this.#failure;
    // One connection per request, so that each request meets the current failure.
    outgoing.setHeader("connection", "close");
    if (failure === "error") {
      incoming.resume();
      outgoing.writeHead(500).end("out of order, come back later");
      return;
    }
    const response = await this.#target(await requestOf(incoming));
    const body = new Uint8Array(await response.arrayBuffer());
    if (failure === "lost answer") outgoing.destroy();
    else if (failure !== "silence")
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body);
  }
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { method = "GET", url = "/", headers } = incoming;
  const { connection: _, "content-length": __, host = "front", ...rest } = headers;
  const body = chunks.length ? Buffer.concat(chunks) : null;
  return new Request(`http://${host}${url}`, { method, headers: rest as Record<string, string>, body });
}
