/**
 * Batches to remote-write 1.0 requests, and what has to be remembered between them: the labels' bytes, the
 * last timestamp, and which series have had their zero sample.
 *
 * Without a zero sample Prometheus cannot see a counter's first value: `increase` needs two. It is sent once
 * per series, at the time of the first recording. Specification:
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
import type { Labels, Translation } from "../prometheus/translate.ts";
import { Writer } from "./protobuf.ts";
import { type Series, seriesOf } from "./series.ts";

/** A zero further back is refused by a receiver whose head has moved on (Prometheus: one hour). */
const LONGEST_ZERO = 600_000;

/** Which zeros go with a request: all that are due, those never sent before this push, or none. */
export type Zeros = "due" | "new" | "none";

interface Known {
  /** The encoded label fields. */
  readonly labels: Uint8Array;
  /** The time of the zero sample. */
  zero: number;
  /** The time of the first push that carried the zero and may have been stored; 0 before. */
  sent: number;
  /** The receiver has the zero, or none is due. */
  settled: boolean;
}

export class Encoder {
  readonly #known = new Map<string, Known>();
  readonly #request = new Writer(4096);
  readonly #message = new Writer();
  readonly #field = new Writer();
  #time = 0;

  /**
   * Starts a push at `now`, milliseconds since the epoch, or a millisecond after the last push if the clock
   * has not moved on: the samples of a series have to be in order.
   */
  start(now: number): void {
    this.#time = Math.max(Math.floor(now), this.#time + 1);
  }

  encode(translation: Translation, instance: string, zeros: Zeros): Uint8Array {
    const target = { job: translation.job, instance };
    this.#request.reset();
    for (const series of seriesOf(translation)) {
      const known = this.#knownOf(series, target);
      const message = this.#message.reset().raw(known.labels);
      if (!known.settled && zeros !== "none" && (zeros === "due" || known.sent === this.#time)) {
        this.#sample(message, 0, known.zero);
      }
      this.#sample(message, series.value, this.#time);
      this.#request.bytes(1, message.finish());
    }
    return this.#request.finish();
  }

  /** An earlier push carried zeros, and nobody knows whether they were stored. */
  get inDoubt(): boolean {
    for (const { settled, sent } of this.#known.values()) if (!settled && sent < this.#time) return true;
    return false;
  }

  /** The receiver has stored the push. */
  stored(): void {
    for (const known of this.#known.values()) known.settled = true;
  }

  /** The receiver has certainly stored nothing of the push. */
  refused(): void {
    for (const known of this.#known.values()) if (known.sent === this.#time) known.sent = 0;
  }

  #sample(message: Writer, value: number, time: number): void {
    message.bytes(2, this.#field.reset().double(1, value).int64(2, time).finish());
  }

  #knownOf(series: Series, target: { job: string; instance: string }): Known {
    // Several instances may share one destination.
    const key = `${target.job} ${target.instance} ${series.key}`;
    let known = this.#known.get(key);
    if (!known) {
      known = { labels: this.#labels(series, target), zero: 0, sent: 0, settled: series.start === undefined };
      this.#known.set(key, known);
    }
    if (!known.settled && !known.sent) {
      // At the value's own millisecond the zero would take its place.
      const latest = this.#time - 1;
      known.zero = Math.max(Math.min(series.start ?? latest, latest), this.#time - LONGEST_ZERO);
      known.sent = this.#time;
    }
    return known;
  }

  #labels({ name, labels, le }: Series, target: { job: string; instance: string }): Uint8Array {
    const all: Labels = { ...labels, ...target, ...(le && { le }), __name__: name };
    const message = this.#message.reset();
    for (const key of Object.keys(all).sort()) {
      const value = all[key];
      if (value) message.bytes(1, this.#field.reset().string(1, key).string(2, value).finish());
    }
    return message.finish().slice();
  }
}
