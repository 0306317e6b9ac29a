/**
 * Cloudflare's own word on what has ended: a tail worker hears of an invocation when all of it is over, the
 * promises in its `waitUntil` included. Pushes run in these: once all are over, no push is to come.
 */
import { type Request, Response } from "miniflare";
import { type Counts, cronName, queueName } from "./counts.ts";

/** The code of the tail worker, in which `DEMO` is bound to `countEnded`. */
export const TAIL = `export default {
  tail: (items, env) =>
    env.DEMO.fetch("http://demo", { method: "POST", body: JSON.stringify(items.map(({ event }) => event)) }),
};`;

export const REQUESTS = "HTTP requests";
export const MESSAGES = "messages in queues";

/** What tells the kind of an event. */
interface TailEvent {
  readonly cron?: string;
  readonly queue?: string;
  readonly batchSize?: number;
}

export async function countEnded(ended: Counts, request: Request): Promise<Response> {
  for (const { cron, queue, batchSize } of (await request.json()) as TailEvent[]) {
    if (cron !== undefined) ended.add(cronName(cron));
    else if (queue !== undefined) {
      ended.add(queueName(queue));
      ended.add(MESSAGES, batchSize);
    } else ended.add(REQUESTS);
  }
  return new Response();
}
