/** One request of a Node server and its response, from the request's arrival to the response's end. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pushmeter } from "@pushmeter/sdk";
import {
  type Ending,
  type HttpRequest,
  type Invocation,
  recorderOf,
  requestAttributes,
} from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { scrapedPlatform, scrapes } from "../scraping.ts";
import { activeRequests, bodySizes, statedSize } from "../server-metrics.ts";
import { checkNodeOptions, type NodeOptions } from "./options.ts";
import { countBytes } from "./written.ts";

/** The pattern of the route that a framework has matched, once the response has ended. */
export type RouteOf = (request: IncomingMessage) => string | undefined;

export interface Exchanges {
  /**
   * Answers a scrape, or begins to measure a request. It ends with the response, or when the client leaves.
   *
   * @returns false if it was a scrape, and is answered.
   */
  begin(request: IncomingMessage, response: ServerResponse): boolean;
  /** A framework turned an error into a response. */
  failed(request: IncomingMessage, error: unknown): void;
}

/** @throws TypeError for an option that is unknown or unusable. */
export function exchanges(
  adapter: string,
  pushmeter: Pushmeter,
  options: NodeOptions,
  routeOf: RouteOf = () => undefined,
): Exchanges {
  checkNodeOptions(adapter, options);
  const { route, ignore, attributes } = options;
  const recorder = recorderOf(pushmeter);
  const scrape = scrapes(adapter, pushmeter, options);
  const count = activeRequests(pushmeter);
  const record = bodySizes(pushmeter);

  function end(
    invocation: Invocation,
    [request, response, measured]: readonly [IncomingMessage, ServerResponse, HttpRequest],
    written: () => number,
  ): void {
    count(-1, measured);
    invocation.route = (route && attempt(recorder, route, request)) ?? attempt(recorder, routeOf, request);
    if (ignore && attempt(recorder, ignore, request)) {
      recorder.endIgnored(invocation, scrapedPlatform);
      return;
    }
    const ending = endingOf(response);
    const { status } = ending;
    const sizes = requestAttributes({ ...measured, route: invocation.route, status });
    const { "content-length": length, "transfer-encoding": encoding } = request.headers;
    const sent = statedSize(length, encoding !== undefined);
    if (sent !== undefined) record("request", sent, sizes);
    record("response", written(), sizes);
    const custom = attributes && attempt(recorder, attributes, request, response);
    recorder.endHttp(invocation, measured, ending, scrapedPlatform, custom);
  }

  return {
    begin(request, response) {
      const scraped = scrape(request.method, request.url);
      if (scraped) {
        answer(scraped, response, request.method === "HEAD").catch((error) => recorder.report(error));
        return false;
      }
      // Wrapped twice: the outer wrapper counts.
      if (recorder.current(request)) return true;
      const invocation = recorder.begin("http", scrapedPlatform, request);
      if (!invocation) return true;
      attempt(recorder, () => {
        const measured = measuredRequest(request);
        const written = countBytes(request, response);
        count(1, measured);
        // Comes after `finish`, and also where the client left before it.
        response.once("close", () => end(invocation, [request, response, measured], written));
      });
      return true;
    },
    failed(request, error) {
      const invocation = recorder.current(request);
      if (invocation) invocation.thrown = { error };
    },
  };
}

function endingOf(response: ServerResponse): Ending {
  const { statusCode, headersSent, writableFinished, errored } = response;
  if (writableFinished) return { status: statusCode };
  // Nothing says that the client left but the end of the response before its time.
  const error = errored ?? new DOMException("the client has left", "AbortError");
  return headersSent ? { status: statusCode, thrown: { error }, isLate: true } : { thrown: { error } };
}

/** What is recorded of a request, and what exemplars read. */
function measuredRequest(request: IncomingMessage): HttpRequest {
  const { method = "GET", url = "/", headers, socket } = request;
  const scheme = socket && "encrypted" in socket ? "https" : "http";
  const get = (name: string) => headers[name] ?? null;
  return { method, url: `${scheme}://${headers.host ?? ""}${url}`, headers: { get } } as HttpRequest;
}

async function answer(scraped: Promise<Response>, response: ServerResponse, isHead: boolean): Promise<void> {
  const answered = await scraped;
  const text = await answered.text();
  response.writeHead(answered.status, {
    "content-type": answered.headers.get("content-type") ?? "text/plain",
    "content-length": Buffer.byteLength(text),
  });
  response.end(isHead ? undefined : text);
}
