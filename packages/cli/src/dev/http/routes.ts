/** What `pushmeter dev` answers: pushes, the page and its events, `/metrics`, and Prometheus's query API. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { queryApi } from "../api/api.ts";
import { exposition } from "../api/exposition.ts";
import type { DevReceiver } from "../receiver.ts";
import type { Feed } from "./feed.ts";
import { bodyOf, isLocal, isOwn, send, sendJson } from "./server.ts";

/** How long the button cuts the receiver, and at most, seconds. */
const CUT = 10;
const LONGEST_CUT = 600;

export interface RoutesOptions {
  readonly receiver: DevReceiver;
  readonly feed: Feed;
  /** The page, with all that it needs. */
  readonly page: string;
  /** Requests that name another host are answered, too. */
  readonly anyHost: boolean;
  readonly snapshot: () => unknown;
  /** Refuses all pushes for so many milliseconds. */
  readonly cut: (duration: number) => void;
}

export function routes({ receiver, feed, page, anyHost, snapshot, cut }: RoutesOptions): RequestListener {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "GET" } = request;
    const url = new URL(request.url ?? "/", "http://localhost");
    const { pathname, searchParams } = url;
    if (!anyHost && !isLocal(request)) {
      send(
        response,
        403,
        "text/plain",
        "only requests to this machine are answered; --host lets others in\n",
      );
      return;
    }
    if (receiver.takes(pathname)) return receive(receiver, pathname, request, response);
    if (pathname.startsWith("/api/v1/")) {
      const body = method === "POST" ? await bodyOf(request) : undefined;
      const form = new URLSearchParams(body && new TextDecoder().decode(body));
      for (const [name, value] of form) searchParams.append(name, value);
      const { status, value } = queryApi(receiver.database, pathname, searchParams);
      return sendJson(response, status, value);
    }
    if (pathname === "/live/cut" && method === "POST") {
      if (!isOwn(request)) return send(response, 403, "text/plain", "not from another page\n");
      const seconds = Math.min(Math.max(Number(searchParams.get("seconds") ?? CUT) || CUT, 1), LONGEST_CUT);
      cut(seconds * 1000);
      return send(response, 204, "text/plain");
    }
    if (method !== "GET" && method !== "HEAD")
      return send(response, 405, "text/plain", "method not allowed\n");
    if (pathname === "/") {
      // Nothing but the page's own script and style runs in it.
      const policy =
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:; frame-ancestors 'none'";
      return send(response, 200, "text/html; charset=utf-8", page, { "content-security-policy": policy });
    }
    if (pathname === "/live/events") return feed.open(request, response);
    if (pathname === "/live/snapshot") return sendJson(response, 200, snapshot());
    if (pathname === "/metrics") {
      return send(response, 200, "text/plain; version=0.0.4; charset=utf-8", exposition(receiver.database));
    }
    if (pathname === "/-/healthy" || pathname === "/-/ready")
      return send(response, 200, "text/plain", "ready\n");
    send(response, 404, "text/plain", "not found\n");
  };
  return (request, response) => {
    answer(request, response).catch((error) => {
      if (response.headersSent) response.destroy();
      else send(response, 500, "text/plain", `${error}\n`);
    });
  };
}

async function receive(
  receiver: DevReceiver,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await bodyOf(request);
  if (!body) return send(response, 413, "text/plain", "the body is too large or not whole\n");
  const headers = {
    get: (name: string) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : null;
    },
  };
  const answer = await receiver.receive({ method: request.method ?? "GET", pathname, headers, body });
  response.writeHead(answer.status, { "content-type": "text/plain; charset=utf-8", ...answer.headers });
  response.end(answer.body);
}
