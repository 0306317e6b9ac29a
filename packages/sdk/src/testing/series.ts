import { keyOf } from "../key.ts";

export interface ReceivedSample {
  readonly value: number;
  /** Milliseconds since the Unix epoch; from the Pushgateway the time of receipt. */
  readonly timestamp: number;
  /** A stale marker, which ends the series. */
  readonly stale?: true;
  /** Remote write 2.0: where the series began at zero, milliseconds since the Unix epoch. */
  readonly start?: number;
}

export interface ReceivedMetadata {
  /** As Prometheus's text format names it. */
  readonly type: string;
  readonly help: string;
  readonly unit: string;
}

export interface ReceivedSeries {
  readonly name: string;
  /** Without `__name__`, with `job` and `instance`. */
  readonly labels: Readonly<Record<string, string>>;
  /** In the order of their timestamps. */
  readonly samples: readonly ReceivedSample[];
  /** Remote write 2.0 only: the last that came. */
  readonly metadata?: ReceivedMetadata | undefined;
}

/** Equal for two series exactly if their names and labels are, whatever the order of the labels. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  return name + keyOf(labels);
}
