/** Series that only grow, before anything is said about windows. */

/** A counter or a part of a classic histogram; or a native histogram, whole or one of its parts. */
export interface Series {
  /** A name; or several, with `|` between them, whose series differ in their other labels. */
  readonly metric: string;
  readonly matchers: readonly string[];
  readonly native?: "whole" | "count" | "sum";
}

/** Series that are added up. None may be selected twice. */
export type Growing = readonly Series[];

export function counter(metric: string, ...matchers: string[]): Growing {
  return [{ metric, matchers }];
}

/** How many observations a histogram has. One instance's is classic, another's native: both add up. */
export function observations(histogram: string, ...matchers: string[]): Growing {
  return parts("count", histogram, matchers);
}

/** The sum of a histogram's observations. */
export function observed(histogram: string, ...matchers: string[]): Growing {
  return parts("sum", histogram, matchers);
}

function parts(part: "count" | "sum", histogram: string, matchers: string[]): Growing {
  return [
    { metric: suffixed(histogram, part), matchers },
    { metric: histogram, matchers, native: part },
  ];
}

/** The series of classic histograms, by names of histograms. */
export function suffixed(histogram: string, suffix: "bucket" | "count" | "sum"): string {
  return histogram
    .split("|")
    .map((name) => `${name}_${suffix}`)
    .join("|");
}

/** Endings that the service answers for. A client that goes away (`canceled`) is not one of them. */
export const FAILED_OUTCOMES = 'outcome=~"server_error|exception|timeout"';
const NO_OUTCOME = 'outcome=""';

/**
 * Failed requests: by `outcome` where it exists, else by status, else by `error_type`, which the semantic
 * conventions ask for. A 4xx is the client's error. Each item selects others.
 */
export const REQUEST_FAILURES: readonly (readonly string[])[] = [
  [FAILED_OUTCOMES],
  [NO_OUTCOME, 'http_response_status_code=~"5.."'],
  [NO_OUTCOME, 'http_response_status_code!~"[45]..", error_type!=""'],
];

/** Failed invocations by other triggers than HTTP, which have no status. */
export const INVOCATION_FAILURES: readonly (readonly string[])[] = [
  [FAILED_OUTCOMES],
  [NO_OUTCOME, 'error_type!=""'],
];

export function failedRequests(histogram: string, ...matchers: string[]): Growing {
  return REQUEST_FAILURES.flatMap((failed) => observations(histogram, ...matchers, ...failed));
}

export function failedInvocations(histogram: string, ...matchers: string[]): Growing {
  return INVOCATION_FAILURES.flatMap((failed) => observations(histogram, ...matchers, ...failed));
}
