/** The receiver on a loopback port. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { Receiver } from "@pushmeter/sdk/testing";
import { Failure } from "../command.ts";

const HOST = "127.0.0.1";

export interface Server {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends its connections, too. */
  close(): void;
}

/** @throws Failure if the port is taken. */
export async function listen(port: number): Promise<Server> {
  const receiver = new Receiver();
  const server = createServer(async (request, response) => {
    await answer(await receiver.fetch(toRequest(request)), response);
  });
  server.listen(port, HOST);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") throw error;
    throw new Failure(`Port ${port} is taken: choose another with --port, or --port 0 for a free one`);
  }
  const { port: taken } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://${HOST}:${taken}`, close };
}

function toRequest(request: IncomingMessage): Request {
  const { method = "GET", url = "/", headers } = request;
  const given = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as [string, string]] : [],
  );
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, `http://${HOST}`), {
    method,
    headers: given,
    ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: "half" }),
  });
}

async function answer(answered: Response, response: ServerResponse): Promise<void> {
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(await answered.text());
}
