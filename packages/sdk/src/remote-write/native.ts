/**
 * Native histograms as remote write carries them: the message `Histogram`, whose fields have the same numbers in
 * both versions. https://prometheus.io/docs/specs/native_histograms/#exponential-buckets
 */
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import type { Series } from "../prometheus/series.ts";
import { Writer } from "./protobuf.ts";

/** A series' value before anything was recorded: a histogram as fine as it, so that the receiver can go on with it. */
export function emptied(value: Series["value"]): Series["value"] {
  if (typeof value === "number") return 0;
  const none = { offset: 0, bucketCounts: [] };
  return { ...value, count: 0, sum: 0, zeroCount: 0, positive: none, negative: none };
}

/** All fields but the sum and the times. */
export function writeBuckets(
  fields: Writer,
  { count, scale, zeroCount, positive, negative }: ExponentialHistogram,
): void {
  fields.int64(1, count).int64(4, zigzag(scale)).int64(6, zeroCount);
  for (const [number, { offset, bucketCounts }] of [
    [8, negative],
    [11, positive],
  ] as const) {
    const spans: { gap: number; length: number }[] = [];
    const deltas = new Writer();
    // Prometheus counts a bucket by its upper bound, OpenTelemetry by its lower one.
    let end = -1 - offset;
    let before = 0;
    bucketCounts.forEach((count, i) => {
      if (!count) return;
      if (i !== end || !before) spans.push({ gap: i - end, length: 0 });
      (spans.at(-1) as { length: number }).length++;
      deltas.varint(zigzag(count - before));
      before = count;
      end = i + 1;
    });
    for (const { gap, length } of spans) {
      fields.bytes(number, new Writer().int64(1, zigzag(gap)).int64(2, length).finish());
    }
    if (before) fields.bytes(number + 1, deltas.finish());
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
