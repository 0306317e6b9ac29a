import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

export interface Server {
  readonly url: string;
  close(): void;
}

/** A fetch handler on a free port of this machine. */
export async function serve(fetch: (request: Request) => Response | Promise<Response>): Promise<Server> {
  const server = createAdaptorServer({ fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
