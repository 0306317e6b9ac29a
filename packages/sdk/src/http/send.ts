/** A push that is one request. */
import type { Answer } from "./attempt.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Action, type Exchanged, type ExchangeOptions, exchange } from "./exchange.ts";
import { isPage } from "./hints.ts";
import type { Call } from "./message.ts";

/** Decides by status alone. No answer is as good as a status that is retried. */
export function byStatus({ status, body }: Answer, isRetried: (status: number) => boolean): Action {
  if (!status || isRetried(status)) return "retry";
  return status < 300 && !isPage(body) ? "done" : "give up";
}

/** The specification of remote write, and what a Pushgateway's proxies answer. */
export const busy = (status: number): boolean => status >= 500 || status === 429;

export interface Sent extends Exchanged {
  /** The last one. */
  readonly answer: Answer | undefined;
}

/** Sends one request until `decide` is content with the answer. */
export async function send(
  endpoint: Endpoint,
  call: Omit<Call, "url"> & Partial<Call>,
  decide: (answer: Answer) => Action,
  options?: ExchangeOptions,
): Promise<Sent> {
  const queue = [{ url: endpoint.url, ...call }];
  let last: Answer | undefined;
  const exchanged = await exchange(
    endpoint,
    {
      queue,
      call: (request) => request,
      decide: (_, answer) => decide(answer),
      act(_, action, answer) {
        last = answer;
        if (action === "done") queue.pop();
      },
    },
    options,
  );
  return { ...exchanged, answer: last };
}
