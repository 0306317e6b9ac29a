/**
 * What stands in front of servers that are killed: it asks another one, or the same again, until one answers, as a load
 * balancer and its patient clients do. Some answers get lost on the way back, so that senders repeat what was stored.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Server, serve } from "@pushmeter/testkit/serve";
import type { Random } from "@pushmeter/testkit/test-random";

const LOST = 0.1;
/** For an answer, before another server is asked, ms. */
const PATIENCE = 3_000;
const PAUSE = 50;
/** What is handed on: the rest belongs to the connection. */
const HEADERS = ["authorization", "content-type", "content-encoding", "idempotency-key"];

/** @param urls - of the servers. */
export function startEntry(urls: readonly string[], random: Random): Promise<Server> {
  return serve(async (request) => {
    const body = await request.arrayBuffer();
    const { method } = request;
    const headers = HEADERS.flatMap((name): [string, string][] => {
      const value = request.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    const { pathname } = new URL(request.url);
    for (;;) {
      try {
        const init = { method, headers, body, signal: AbortSignal.timeout(PATIENCE) };
        const response = await fetch(random.pick(urls) + pathname, init);
        const answer = await response.arrayBuffer();
        if (response.status !== 503) {
          if (random.next() < LOST) return new Response("the answer was lost", { status: 503 });
          const type = response.headers.get("content-type") ?? "";
          return new Response(answer, { status: response.status, headers: { "content-type": type } });
        }
      } catch {
        // It was killed, or stands still.
      }
      await sleep(PAUSE);
    }
  });
}
