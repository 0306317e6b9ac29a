/**
 * What to make of an answer to remote write: a pure function of what is known about a request and of what came back.
 * Rules: remote-write specification 2.0, "Retries & Backoff", "Partial Write" and "Required Written Response Headers".
 * What receivers really answer stands in docs/receivers.md.
 */
import { type Answer, isNotStored } from "../http/attempt.ts";
import type { Action } from "../http/exchange.ts";
import { isPage } from "../http/hints.ts";
import { busy, byStatus } from "../http/send.ts";
import type { Version } from "./encoder.ts";

/** What is known about a request when its answer arrives. */
export interface State {
  /** `openings`: the zeros alone. */
  readonly kind: "values" | "openings";
  readonly version: Version;
  /** Version 1.0 may be tried instead. */
  readonly isAuto: boolean;
  /** The receiver has stored something in version 2.0. */
  readonly isConfirmed: boolean;
  readonly series: number;
  readonly samples: number;
  /** Values that carry their series' openings along. */
  readonly hasOpenings: boolean;
  /** Those openings have been moved closer to the values. */
  readonly isLate: boolean;
  /** Openings that were first sent in different requests. */
  readonly isMixed: boolean;
  readonly hasNative: boolean;
  /** The same samples may have been stored by an earlier attempt. */
  readonly isUnclear: boolean;
  /** The last answer to these series was a 429 too. */
  readonly isLimited: boolean;
  /** Parts of a refused request have all been refused lately. */
  readonly isHopeless: boolean;
}

/** The receiver has these samples, or newer ones. */
const CONFLICT = /out.of.order|duplicate/i;
const TOO_OLD = /out of bounds|too old/i;
const TOO_NEW = /too far in|too new|future/i;
/** Prometheus 2.42 to 3.7 answers 500 without its feature flag; others may with a 400. */
const NATIVE_REFUSED = /native histogram/i;
/** What a rate limit lets through at once, as Mimir and Cortex tell it. */
const BURST = /burst(?: size limit, set to| of) (\d+)|rate limit \((\d+)\)/;
/** Requests with fewer series are not split because of a rate limit that does not tell its burst. */
const FEW_SERIES = 100;

export function decide(state: State, answer: Answer): Action {
  const { kind, version, isAuto, series, isUnclear } = state;
  const { status, body } = answer;
  const isUnderstood = version === 1 || writtenOf(answer) !== undefined;
  if (state.hasNative && status >= 400 && NATIVE_REFUSED.test(body)) return "fall back to classic";
  if (status === 429) {
    const burst = burstOf(answer);
    const isTooLarge = burst ? state.samples > burst : state.isLimited && series > FEW_SERIES;
    return isTooLarge && series > 1 ? "split" : "retry";
  }
  if (version === 2 && isAuto && !isUnderstood && !isPage(body)) {
    if (status === 415 || (status && status < 300)) return "fall back to 1.0";
    if (isRefusal(answer) && !state.isConfirmed) return "fall back to 1.0";
  }
  if (status === 413) return kind === "openings" ? "done" : series > 1 ? "split" : "drop";
  if (!isRefusal(answer)) {
    const action = byStatus(answer, busy);
    return action === "done" && !isUnderstood ? "give up" : action;
  }
  // Version 1.0 of Prometheus refuses a request as a whole, the others only what they name.
  if (kind === "openings") {
    return state.isMixed && version === 1 && CONFLICT.test(body) && !/series/i.test(body) ? "split" : "done";
  }
  if (TOO_NEW.test(body)) return "give up";
  if (state.hasOpenings) {
    if (!TOO_OLD.test(body)) return "fall back to openings apart";
    return state.isLate ? "give up" : "fall back to late openings";
  }
  if (isUnclear && CONFLICT.test(body)) return "done";
  if (TOO_OLD.test(body) || state.isHopeless) return "give up";
  return series > 1 ? "split" : "drop";
}

/** Whether something of the request may have been stored. */
export function mayBeStored({ hasOpenings }: State, answer: Answer): boolean {
  const { body } = answer;
  if (!isRefusal(answer)) return !isNotStored(answer);
  // All of a request's values have one time, but openings lie before it.
  return TOO_NEW.test(body) ? hasOpenings : !TOO_OLD.test(body);
}

/**
 * Whether the answer leaves open if the samples were stored. A conflict about openings and values that were never
 * sent before means that the request was delivered twice.
 */
export function isUnclear({ hasOpenings }: State, answer: Answer): boolean {
  return !isRefusal(answer) || (hasOpenings && CONFLICT.test(answer.body));
}

/** An opening that is answered like this is in the receiver, or can no longer get there. */
export function isSettled(answer: Answer): boolean {
  return answer.status < 300 || CONFLICT.test(answer.body);
}

/** How many samples may go in one request, if the answer is a rate limit's and tells. */
export function burstOf({ status, body }: Answer): number {
  const [, burst, rate] = (status === 429 && BURST.exec(body)) || [];
  return Number(burst ?? rate ?? 0);
}

/** What a receiver of version 2.0 says it has stored, undefined from one that speaks 1.0 only. */
export function writtenOf({ headers }: Answer): number | undefined {
  const [samples, histograms] = ["samples", "histograms"].map((kind) =>
    headers.get(`x-prometheus-remote-write-${kind}-written`),
  );
  return samples == null ? undefined : Number(samples) + Number(histograms) || 0;
}

/** Something in the request is refused for good; by Thanos with a 409. */
function isRefusal({ status }: Answer): boolean {
  return status === 400 || status === 409;
}
