/** What networks, gateways and other proxies do to one request. */
import type { ServerResponse } from "node:http";
import { type Answer, relay } from "./upstream.ts";

interface Course {
  /** How often the receiver gets the request; `later`: after the next one that passes. */
  readonly arrives: 0 | 1 | 2 | "later";
  /** Ends the exchange with the client. Absent: no answer until the client goes away. */
  readonly end?: (response: ServerResponse, answer: Answer) => void;
}

type End = Course["end"];

const never = (end?: End): Course => ({ arrives: 0, ...(end && { end }) });
const stored = (end?: End): Course => ({ arrives: 1, ...(end && { end }) });

const LOGIN = "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form></form></body></html>";
const soon = () => new Date(Date.now() + 1500).toUTCString();

const COURSES = {
  pass: stored((response, answer) => relay(answer, response)),
  /** The connection breaks before the body is read. */
  refuse: never(reset),
  /** The connection breaks within the request's body. */
  "break the request": never(reset),
  /** The connection breaks after the request. */
  "break after the request": never(reset),
  garbage: never(({ socket }) => socket?.end("\x00\x16\x03 garbage, not HTTP\r\n\r\n")),
  /** The connection ends within the answer's body. */
  "cut the answer": never(halfAnswer(({ socket }) => socket?.end())),
  /** The headers at once, and then a body that takes longer than the client has. */
  "one byte a second": never(trickle),
  hang: never(),
  /** A sign-in page with 200 instead of the receiver. */
  "login page": never(status(200, LOGIN, { "content-type": "text/html; charset=utf-8" })),
  "400": never(status(400)),
  "413": never(status(413)),
  "415": never(status(415)),
  /** With `Retry-After: 30`. */
  "429": never(status(429, "too many requests", { "retry-after": "30" })),
  "429 with one second": never(status(429, "too many requests", { "retry-after": "1" })),
  "429 with a date": never((response) => status(429, "", { "retry-after": soon() })(response)),
  /** In words that mean, with another status, that an earlier request has arrived. */
  "500": never(status(500, "out of order, come back later")),
  "503": never(status(503, "the gateway cannot reach its upstream")),
  "503 with a date": never((response) => status(503, "", { "retry-after": soon() })(response)),
  /** The receiver gets it; its answer does not come back. */
  "lose the answer": stored(reset),
  /** The connection breaks within the answer's body. */
  "store, then break the answer": stored(halfAnswer(reset)),
  "store, then 500": stored(status(500, "out of order, come back later")),
  "store, then 504": stored(status(504, "upstream request timeout")),
  "store, then hang": stored(),
  /** The receiver gets it twice, and the second answer comes back. */
  twice: { arrives: 2, end: (response, answer) => relay(answer, response) },
  /** 504, and the receiver gets it after the next request that passes. */
  late: { arrives: "later", end: status(504, "upstream request timeout") },
} as const satisfies Record<string, Course>;

export type Delivery = keyof typeof COURSES;
export const DELIVERIES = Object.keys(COURSES) as readonly Delivery[];

export function courseOf(delivery: Delivery): Course {
  return COURSES[delivery];
}

function status(code: number, body = `the proxy says ${code}`, headers: Record<string, string> = {}) {
  return (response: ServerResponse) => void response.writeHead(code, headers).end(body);
}

function reset({ socket }: ServerResponse): void {
  socket?.resetAndDestroy();
}

function halfAnswer(end: (response: ServerResponse) => void) {
  return (response: ServerResponse) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("half of", () => end(response));
  };
}

function trickle(response: ServerResponse): void {
  response.writeHead(200, { "content-length": 1000 });
  const timer = setInterval(() => response.write("."), 1000);
  response.write(".");
  response.on("close", () => clearInterval(timer));
}
