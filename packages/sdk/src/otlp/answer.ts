/** What a receiver says of a batch that it has taken, and which answers are final. OTLP specification, "Failures". */
import type { IExportMetricsServiceResponse, ISerializer } from "@opentelemetry/otlp-transformer";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { type Answer, isNotStored } from "../http/attempt.ts";
import type { Action } from "../http/exchange.ts";
import { byStatus } from "../http/send.ts";

export type Serializer = ISerializer<ResourceMetrics, IExportMetricsServiceResponse>;

/** Everything else is final: 500, too. */
const RETRIED = [429, 502, 503, 504];
/** Totals are refused, or deltas. */
const TEMPORALITY = /temporality|cumulative|\bdeltas?\b/i;

export function decide(answer: Answer): Action {
  return byStatus(answer, (status) => RETRIED.includes(status));
}

/** Whether something of a batch may have been stored. All its points have one time: a 400 because of it is of all. */
export function mayBeStored(answer: Answer): boolean {
  return answer.status !== 400 && !isNotStored(answer);
}

/** Points of a batch that the receiver has not stored, and why. */
export interface Rejected {
  readonly points: number;
  readonly reason: string;
}

/** What a 2xx says of it; nothing by most receivers. */
export function rejectedOf(serializer: Serializer, { bytes }: Answer): Rejected {
  try {
    const { partialSuccess } = serializer.deserializeResponse(bytes);
    return {
      points: Number(partialSuccess?.rejectedDataPoints) || 0,
      reason: partialSuccess?.errorMessage ?? "",
    };
  } catch {
    // Many receivers answer with something else, or nothing: 2xx is what counts.
    return { points: 0, reason: "" };
  }
}

/** Whether the refusal is about the batch's temporality. */
export function isAboutTemporality(text: string): boolean {
  return TEMPORALITY.test(text);
}
