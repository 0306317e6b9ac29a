/** Exemplars: single measurements with their trace, which go out once, with the next heartbeat. */
import type { Attributes } from "@opentelemetry/api";
import { type Labels, labelsOf } from "@pushmeter/sdk/prometheus";

/** Series that may have one at a time. */
const MOST = 5_000;
/** Characters of names and values together: OpenMetrics 1.0, "Exemplars". */
const LONGEST = 128;

export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** As OTLP has it. Ids are hexadecimal. */
export interface RawExemplar {
  attributes: Attributes;
  traceId: string;
  spanId: string;
  /** NaN if it has none. */
  value: number;
  /** Milliseconds since the epoch; 0 if it has none. */
  time: number;
}

/** The newest, undefined if none is usable. Attributes that are too long for an exemplar are left out. */
export function newestOf(all: readonly RawExemplar[]): Exemplar | undefined {
  let newest: RawExemplar | undefined;
  for (const one of all) {
    if (Number.isFinite(one.value) && one.time > (newest?.time ?? 0)) newest = one;
  }
  if (!newest) return undefined;
  const { attributes, traceId, spanId, value, time } = newest;
  const ids = { ...(traceId && { trace_id: traceId }), ...(spanId && { span_id: spanId }) };
  const labels = [{ ...attributes, ...ids }, ids].map((one) => labelsOf(one)).find(isShort);
  return labels && { labels, value, time };
}

function isShort(labels: Labels): boolean {
  return Object.entries(labels).flat().join("").length <= LONGEST;
}

/** Those that wait for a heartbeat, by the id of their series. */
export class Exemplars {
  readonly #waiting = new Map<number, Exemplar>();

  add(series: number, exemplar: Exemplar): void {
    const { time = 0 } = this.#waiting.get(series) ?? {};
    if (exemplar.time < time || (!time && this.#waiting.size >= MOST)) return;
    this.#waiting.set(series, exemplar);
  }

  get(series: number): Exemplar | undefined {
    return this.#waiting.get(series);
  }

  /** It has been sent, unless another one has come since. */
  sent(series: number, exemplar: Exemplar): void {
    if (this.#waiting.get(series) === exemplar) this.#waiting.delete(series);
  }
}
