/**
 * Native histograms as remote write carries them: the message `Histogram`, whose fields have the same numbers in
 * both versions. https://prometheus.io/docs/specs/native_histograms/#exponential-buckets
 */
import type { ExponentialHistogram } from "@opentelemetry/sdk-metrics";
import type { NativeHistogram } from "../histogram.ts";
import { Writer } from "../remote-write/protobuf.ts";
import { addExponential } from "./exponential.ts";

export class ScaledHistogram implements NativeHistogram {
  readonly count;
  readonly sum;
  readonly scale;
  readonly zeroCount;
  readonly positive;
  readonly negative;

  /** The sum of all. */
  constructor(...all: readonly ExponentialHistogram[]) {
    ({
      count: this.count,
      sum: this.sum = 0,
      scale: this.scale,
      zeroCount: this.zeroCount,
      positive: this.positive,
      negative: this.negative,
    } = addExponential(...all));
  }

  plus(other: ExponentialHistogram): NativeHistogram {
    return new ScaledHistogram(this, other);
  }

  minus(other: ExponentialHistogram): NativeHistogram {
    return new ScaledHistogram(this, times(other, -1));
  }

  emptied(): NativeHistogram {
    const { scale } = this;
    const empty = { offset: 0, bucketCounts: [] };
    return Object.assign(new ScaledHistogram(times(this, 0)), { scale, positive: empty, negative: empty });
  }

  writeTo(fields: Writer): void {
    const { count, scale, zeroCount, positive, negative } = this;
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
}

/** All counts, and the sum, multiplied. */
function times(value: ExponentialHistogram, factor: number): ExponentialHistogram {
  const each = ({ offset, bucketCounts }: ExponentialHistogram["positive"]) => ({
    offset,
    bucketCounts: bucketCounts.map((count) => count * factor),
  });
  return {
    ...value,
    count: value.count * factor,
    sum: (value.sum ?? 0) * factor,
    zeroCount: value.zeroCount * factor,
    positive: each(value.positive),
    negative: each(value.negative),
  };
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
