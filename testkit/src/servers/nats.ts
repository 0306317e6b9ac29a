import { Process, type Server } from "./process.ts";

export interface Nats extends Server {
  /** `host:port` for clients. */
  readonly address: string;
}

/** A NATS server that keeps nothing. */
export async function startNats(file: string): Promise<Nats> {
  const server = await Process.start({
    file,
    ports: 2,
    args: ([monitor, port]) => ["--addr", "127.0.0.1", "--port", `${port}`, "--http_port", `${monitor}`],
    ready: ([monitor]) => `http://127.0.0.1:${monitor}/healthz`,
  });
  return { url: server.url, address: `127.0.0.1:${server.ports[1]}`, stop: () => server.stop() };
}
