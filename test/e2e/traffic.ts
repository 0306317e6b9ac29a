/** Requests of every kind that the Worker under test knows, and how each must be counted. */

import { HttpClient } from "@pushmeter/testkit/http-client";
import type { Random } from "@pushmeter/testkit/test-random";
import type { Miniflare } from "miniflare";

export interface Counted {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly outcome: string;
  readonly error: string;
}

interface Kind extends Counted {
  path(random: Random): string;
}

function kind(
  line: string,
  path: (random: Random) => string = () => line.split(" ")[1] as string,
  counted: Partial<Counted> = {},
): Kind {
  const [method = "", route = "", status = "", outcome = "", error = ""] = line.split(" ");
  return { method, route, status: Number(status), outcome, error, path, ...counted };
}

/** Any path that no route matches. */
const nowhere = (random: Random) => `/nowhere/${random.below(1e9)}`;
const unmatched = { route: "" };

export const KINDS: readonly Kind[] = [
  kind("GET /courses/:id 200 success", (random) => `/courses/${random.below(1e6)}`),
  kind("HEAD /courses/:id 200 success", (random) => `/courses/${random.below(1e6)}`),
  kind("POST /courses 201 success"),
  kind("GET /search 200 success", (random) => `/search?q=${random.below(1e6)}`),
  kind("GET /moved 302 success"),
  kind("GET /teapot 418 client_error"),
  kind("GET /lost/:id 404 client_error", (random) => `/lost/${random.below(1e6)}`),
  kind("GET /busy 503 server_error 503"),
  kind("GET /forbidden 403 client_error"),
  kind("GET /throws/error 500 exception TypeError"),
  kind("GET /throws/class 500 exception Broken"),
  kind("GET /throws/text 500 exception _OTHER"),
  kind("GET /api/users/:name/courses 200 success", (random) => `/api/users/${random.below(1e6)}/courses`),
  kind("GET - 404 client_error", nowhere, unmatched),
  kind("PROPFIND - 404 client_error", nowhere, { ...unmatched, method: "_OTHER" }),
  kind("GET - 200 success", () => "/raw/hello", unmatched),
  kind("GET - 200 success", () => "/raw/stream", unmatched),
  kind("GET - 500 exception RangeError", () => "/raw/throws/error", unmatched),
  kind("GET - 500 exception Broken", () => "/raw/throws/class", unmatched),
  kind("GET - 500 exception _OTHER", () => "/raw/throws/text", unmatched),
  kind("GET - 500 exception _OTHER", () => "/raw/throws/undefined", unmatched),
];

export interface Sending {
  readonly random: Random;
  readonly requests: number;
  /** How many at a time. */
  readonly concurrency: number;
}

/** Counts by `METHOD route status outcome error`. */
export type Table = Readonly<Record<string, number>>;

/** The method that is sent; `_OTHER` is only counted. */
export function methodOf({ method }: Counted): string {
  return method === "_OTHER" ? "PROPFIND" : method;
}

export function addTo(table: Record<string, number>, more: Table): void {
  for (const [row, count] of Object.entries(more)) table[row] = (table[row] ?? 0) + count;
}

/**
 * Sends requests of random kinds to random workers.
 *
 * @throws Error if a client sees another status than it should.
 */
export async function send(workers: readonly Miniflare[], sending: Sending): Promise<Table> {
  const { random, requests, concurrency } = sending;
  const clients = await Promise.all(workers.map(async ({ ready }) => new HttpClient(await ready)));
  const sent: Record<string, number> = {};
  let left = requests;
  const sendSome = async () => {
    while (left-- > 0) {
      const kind = random.pick(KINDS);
      const client = random.pick(clients);
      const method = methodOf(kind);
      const url = `http://courses.example${kind.path(random)}`;
      const { status } = await client.send(url, { method });
      if (status !== kind.status) throw new Error(`${method} ${url} answered ${status}`);
      addTo(sent, { [rowOf(kind)]: 1 });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendSome));
  for (const client of clients) client.close();
  return sent;
}

export function rowOf({ method, route, status, outcome, error }: Counted): string {
  return `${method} ${route || "-"} ${status} ${outcome} ${error || "-"}`;
}
