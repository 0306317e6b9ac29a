/**
 * Counts the invocations that are over: Cloudflare calls a tail worker after an invocation and the promises in its
 * `waitUntil` have ended. Pushes run in `waitUntil`: once all invocations are over, no push will come.
 */

import { type Counts, cronName, queueName } from "@pushmeter/testkit/demo/counts";
import { type Request, Response } from "miniflare";

/** The code of the tail worker, in which `DEMO` is bound to `countEnded`. */
export const TAIL = `export default {
  tail: (items, env) =>
    env.DEMO.fetch("http://demo", { method: "POST", body: JSON.stringify(items.map(({ event }) => event)) }),
};`;

export const REQUESTS = "HTTP requests";
export const MESSAGES = "messages in queues";

/** The fields that tell the kind of an event. */
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
