/**
 * What to make of an answer to remote write: a pure function of what is known and of what came back. Rules:
 * remote-write specification 2.0, "Retries & Backoff", "Partial Write" and "Required Written Response Headers".
 */
import { type Answer, isNotStored } from "../http/attempt.ts";
import type { Action } from "../http/exchange.ts";
import { isPage } from "../http/hints.ts";
import { busy, byStatus } from "../http/send.ts";
import type { Version } from "./group.ts";

/** What is known of the receiver. */
export interface Known {
  readonly version: Version;
  /** Version 1.0 may be tried instead. */
  readonly isAuto: boolean;
  /** It has stored something in version 2.0. */
  readonly isConfirmed: boolean;
  /** It has refused everything lately: no search for single series. */
  readonly isHopeless: boolean;
}

/** What is known of a request. */
export interface Asked {
  /** `openings`: the zeros alone. */
  readonly kind: "values" | "openings";
  readonly entries: { readonly length: number };
  /** Series whose openings go along with their values. */
  readonly opened: { readonly length: number };
  readonly hasNative: boolean;
  /** How many answers in a row have been 429. */
  readonly limited: number;
  /** The same samples may have been stored by an earlier attempt. */
  readonly isUnclear: boolean;
}

/** The receiver has these samples, or newer ones. */
const CONFLICT = /out.of.order|duplicate|too old sample/i;
/** `too old sample` is what Prometheus says of a conflict beyond its out-of-order window. */
const TOO_OLD = /out of bounds|too old(?! sample)/i;
const TOO_NEW = /too new|future/i;
/** Prometheus 2.42 to 3.7 answers 500 without its feature flag; others may with a 400. */
const NATIVE_REFUSED = /native histogram/i;
/** What a rate limit lets through at once, as Mimir tells it. */
const BURST = /burst(?: size limit, set to| of) (\d+)/;
/** Where it does not tell: so many 429 in a row, and not for requests that are small anyway. */
const MOST_LIMITED = 3;
const FEW_SERIES = 8;

export function decide(known: Known, asked: Asked, answer: Answer): Action {
  const { kind, entries, opened, isUnclear } = asked;
  const { status, body } = answer;
  const isMany = entries.length > 1;
  const isUnderstood = known.version === 1 || writtenOf(answer) !== undefined;
  if (asked.hasNative && status >= 400 && NATIVE_REFUSED.test(body)) return "fall back to classic";
  if (!isUnderstood && known.isAuto && !isPage(body)) {
    if (status === 415 || (status && status < 300)) return "fall back to 1.0";
    if (isRefusal(answer) && !known.isConfirmed) return "fall back to 1.0";
  }
  if (status === 413) return kind === "openings" ? "done" : isMany ? "split" : "drop";
  if (!isRefusal(answer)) {
    // A request that is larger than what a rate limit lets through at once never gets through.
    if (isMany && kind === "values" && partsFor(asked, answer) > 1) return "split";
    const action = byStatus(answer, busy);
    return action === "done" && !isUnderstood ? "give up" : action;
  }
  // The values do not wait for what becomes of openings.
  if (kind === "openings") return "done";
  if (TOO_NEW.test(body)) return "give up";
  if (opened.length && (CONFLICT.test(body) || isTooOld(answer))) return "fall back to separate openings";
  if (isUnclear && CONFLICT.test(body)) return "done";
  // All values have one time.
  if (isTooOld(answer)) return "give up";
  // Receivers of version 2.0 have stored the rest, as the specification asks them to.
  if (known.version === 2 && isUnderstood) return "drop";
  if (known.isHopeless) return "give up";
  return isMany ? "split" : "drop";
}

/** Whether something of the request may have been stored. */
export function mayBeStored({ version }: Known, { opened }: Asked, answer: Answer): boolean {
  const { status, body } = answer;
  // Openings lie before the values' time.
  if (isRefusal(answer) && !opened.length && (TOO_NEW.test(body) || isTooOld(answer))) return false;
  const isIgnored = version === 2 && status > 0 && status < 300 && writtenOf(answer) === undefined;
  return !isIgnored && !isNotStored(answer);
}

/**
 * Whether the answer leaves open if the samples were stored. A conflict about openings and values that were never
 * sent before means that the request was delivered twice.
 */
export function isOpen({ opened }: Asked, answer: Answer): boolean {
  return !isRefusal(answer) || (opened.length > 0 && CONFLICT.test(answer.body));
}

/** Refused because of the values' time: the openings, which lie before it, are not stored either. */
export function isTooOld(answer: Answer): boolean {
  return isRefusal(answer) && TOO_OLD.test(answer.body);
}

/** In how many parts a request has to go, for a rate limit that it may be too large for. */
export function partsFor({ entries, opened, limited }: Asked, { status, body }: Answer): number {
  if (status !== 429) return 1;
  const [, burst] = BURST.exec(body) ?? [];
  if (burst) return Math.ceil((entries.length + opened.length) / Number(burst));
  return limited >= MOST_LIMITED && entries.length > FEW_SERIES ? 2 : 1;
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
