import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends its connections, too. */
  close(): void;
}

/** A fetch handler on a free port of this machine. */
export async function serve(fetch: (request: Request) => Response | Promise<Response>): Promise<Server> {
  const server = createAdaptorServer({ fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
