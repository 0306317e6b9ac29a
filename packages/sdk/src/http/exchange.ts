/**
 * The loop of every wire: send the first request of the queue, have the wire decide about the answer, act. Whatever
 * the answers are, it ends: at a deadline, and after a number of requests.
 */
import { sleep } from "../runtime.ts";
import { type Answer, retryAfter } from "./attempt.ts";
import { backoff } from "./backoff.ts";
import type { Endpoint } from "./endpoint.ts";
import type { PushError } from "./error.ts";
import type { Call } from "./message.ts";

/** Of one push, whatever is answered: Workers have 50 subrequests on the free plan, for all that they do. */
export const MOST_REQUESTS = 10;
/** With less time left than this, ms, the last failure says more than the time-out that would follow. */
const SHORTEST_ATTEMPT = 50;

/**
 * What an answer asks for. `done`: stored, or known to have been stored earlier. `retry`: the same again, after
 * `Retry-After` or a back-off. `split`: the same in parts. `drop`: this can never be stored. `fall back`: the same
 * in another form. `give up`: nothing more in this push.
 */
export type Action = "done" | "retry" | "split" | "drop" | `fall back to ${string}` | "give up";

/** One push over one wire. */
export interface Wire<Request> {
  /** What is still to be sent, in this order. `act` changes it. */
  readonly queue: Request[];
  call(request: Request): Call | Promise<Call>;
  /** A pure function of the request's state and the answer. */
  decide(request: Request, answer: Answer): Action;
  /** Does what was decided; for `retry` and `give up` it only takes note. */
  act(request: Request, action: Action, answer: Answer): void;
}

export interface ExchangeOptions {
  /** For all requests together, ms. Default and at most the endpoint's. */
  readonly timeout?: number | undefined;
  /** The instance ends: does not wait because of earlier failures, unless the receiver has asked for it. */
  readonly last?: boolean | undefined;
  /** Default `MOST_REQUESTS`. */
  readonly most?: number | undefined;
}

/** What one push cost. */
export interface Details {
  readonly requests: number;
  /** Sent in bodies. */
  readonly bytes: number;
  /** Of the last answer; 0 if there was none. */
  readonly status: number;
}

export interface Exchanged {
  readonly details: Details;
  /** Why it gave up. Absent though the queue is not empty: no request was left to send the rest with. */
  readonly error?: PushError | undefined;
}

export async function exchange<Request>(
  endpoint: Endpoint,
  wire: Wire<Request>,
  { timeout = endpoint.timeout, last = false, most = MOST_REQUESTS }: ExchangeOptions = {},
): Promise<Exchanged> {
  const { runtime, breaker } = endpoint;
  const budget = Math.min(timeout, endpoint.timeout);
  const end = runtime.monotonic() + budget;
  let [requests, bytes, status, retries] = [0, 0, 0, 0];
  const ended = (error?: PushError): Exchanged => ({ error, details: { requests, bytes, status } });

  const isProbe = breaker.isOpen;
  const pause = breaker.wait(last);
  if (pause > 0) {
    if (pause >= end - runtime.monotonic()) return ended(endpoint.paused(pause));
    await sleep(runtime, pause);
  }
  for (let request = wire.queue[0]; request !== undefined && requests < most; request = wire.queue[0]) {
    const call = await wire.call(request);
    const answer = await endpoint.attempt(call, end - runtime.monotonic(), budget);
    requests++;
    bytes += call.body?.length ?? 0;
    status = answer.status;
    const action = wire.decide(request, answer);
    wire.act(request, action, answer);
    if (action === "give up") {
      const error = endpoint.failure(answer);
      breaker.ended(error.result === "refused" ? undefined : error);
      return ended(error);
    }
    const asked = action === "retry" || action === "split" ? retryAfter(answer, runtime.now()) : 0;
    breaker.retryAfter(asked);
    if (action !== "retry") retries = 0;
    const wait = Math.max(asked, action === "retry" ? backoff(runtime, retries++) : 0);
    if (!wait) continue;
    const isLate = end - runtime.monotonic() - wait < SHORTEST_ATTEMPT;
    if (isLate || requests === most || (isProbe && action === "retry")) {
      const error = endpoint.failure(answer, "", false);
      breaker.ended(error);
      return ended(error);
    }
    await sleep(runtime, wait);
  }
  breaker.ended();
  return ended();
}
