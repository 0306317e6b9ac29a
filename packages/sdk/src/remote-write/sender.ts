/**
 * What to make of a receiver's answer: which version it speaks, what it has stored, what to send again.
 * Rules: remote-write specification 2.0, "Retries & Backoff", "Partial Write" and "Required Written Response
 * Headers".
 */
import type { Answer } from "../http/client.ts";
import type { Target } from "../http/target.ts";
import type { Runtime } from "../runtime.ts";
import { type Batch, type Encoder, type Entry, hasZero, type Version } from "./encoder.ts";
import { snappy } from "./snappy.ts";

/** `"auto"`: 2.0 until the receiver turns out not to understand it. */
export type Protocol = "auto" | "1.0" | "2.0";

const headers = (type: string, version: string) => ({
  "content-type": `application/x-protobuf${type}`,
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": version,
  "user-agent": "pushmeter",
});
const HEADERS = {
  1: headers("", "0.1.0"),
  // With a space after the semicolon Prometheus 3.5 reads version 1.0 and drops everything.
  2: headers(";proto=io.prometheus.write.v2.Request", "2.0.0"),
};
/** Prometheus 2.42 to 3.7 answers 500 without its feature flag; others may with a 400. */
const NATIVE_REFUSED = /native histogram/i;
/** Refusals in a row after which it is no single series' fault: one in 2,000 is found within twelve. */
const MOST_REFUSALS = 16;

/** One push on its way. */
interface Push {
  readonly encoder: Encoder;
  readonly batch: Batch;
  /** On the runtime's monotonic clock. */
  readonly end: number;
  refused: number;
  refusalsInARow: number;
  /** The last refusal, and the name of the series if it was about one. */
  refusal?: readonly [answer: Answer, name: string | undefined];
}

export class Sender {
  /** The receiver has not refused native histograms. */
  takesNative = true;
  readonly #target: Target;
  readonly #runtime: Runtime;
  readonly #auto: boolean;
  /** Start timestamps and no zeros. */
  readonly #strict: boolean;
  #version: Version;
  /** The receiver has stored something in the version that was tried first. */
  #confirmed = false;

  constructor(target: Target, runtime: Runtime, protocol: Protocol) {
    this.#target = target;
    this.#runtime = runtime;
    this.#auto = protocol === "auto";
    this.#strict = protocol === "2.0";
    this.#version = protocol === "1.0" ? 1 : 2;
  }

  /**
   * Sends a batch; what is refused takes nothing else down.
   *
   * @param end - on the runtime's monotonic clock.
   * @throws PushError if not all is stored.
   */
  async push(encoder: Encoder, batch: Batch, end: number): Promise<void> {
    const push: Push = { encoder, batch, end, refused: 0, refusalsInARow: 0 };
    let series = 0;
    for (const entries of batch.requests) {
      series += entries.length;
      await this.#send(entries, push, this.#strict ? Infinity : 0);
    }
    const { refusal, refused } = push;
    if (!refusal) return;
    const [answer, name] = refusal;
    const some = `${refused} of ${series} series${name ? ` (${name})` : ""}`;
    throw this.#target.refusal(answer, refused < series ? some : undefined);
  }

  /**
   * @param since - no zeros for series that the receiver may have had before this time.
   * @param unclear - an earlier request with these series had no clear answer: they may be stored.
   */
  async #send(entries: readonly Entry[], push: Push, since: number, unclear = false): Promise<void> {
    const { encoder, batch, end } = push;
    const { time } = batch;
    let zerosSince = since;
    // Before the request leaves: the invocation that waits for the answer may be aborted.
    for (const entry of entries) entry.sent ||= time;
    for (;;) {
      const version = this.#version;
      const body = snappy(encoder.encode(entries, batch, version, zerosSince));
      const call = { method: "POST", headers: HEADERS[version], body, final: NATIVE_REFUSED };
      const answer = await this.#target.send(call, end - this.#runtime.monotonic());
      const { status } = answer;
      const isStored = status < 300;
      const isConflict = status === 400 || status === 409;
      const zeros = entries.filter((entry) => hasZero(entry, zerosSince));
      const sent = entries.length + zeros.length;
      const written = version === 2 ? writtenOf(answer) : isStored ? sent : undefined;

      // Prometheus 3.5 answers 415 to 2.0 where it is told to take 1.0 only, and stores it all the same.
      unclear ||= answer.unclear || version === 2;
      if (version === 2 && this.#auto && written === undefined) {
        if (isStored || status === 415 || (isConflict && !this.#confirmed)) {
          this.#version = 1;
          continue;
        }
      }
      // A zero is refused as out of order where the receiver has it already.
      const before = unclear ? Infinity : time;
      if (isConflict && zeros.some((entry) => entry.sent < before)) {
        zerosSince = before;
        continue;
      }
      if (written !== undefined && (isStored || isConflict)) {
        this.#confirmed = true;
        push.refusalsInARow = 0;
        const missing = sent - written;
        for (const entry of entries) {
          entry.stored ||= !(missing > 0);
          entry.refused &&= missing > 0;
        }
        return this.#refuse(push, answer, missing);
      }
      if ((isConflict || status === 413) && entries.length > 1 && push.refusalsInARow++ < MOST_REFUSALS) {
        const half = entries.length >> 1;
        for (const part of [entries.slice(0, half), entries.slice(half)]) {
          if (status === 413) encoder.regroup(part);
          // With zeros once more: it may have been another part's that was refused.
          await this.#send(part, push, since, unclear);
        }
        return;
      }
      // A conflict after an unknown outcome: delivered.
      if (isConflict && unclear && /out.of.order|duplicate/i.test(answer.body)) return;
      const [only] = entries.length === 1 ? entries : [];
      if (!unclear && (only || !isConflict)) {
        for (const entry of entries) if (entry.sent === time) entry.sent = 0;
      }
      if (status === 415 && this.#auto && !this.#confirmed) this.#version = 2;
      if (isConflict && only) only.refused = true;
      return this.#refuse(push, answer, entries.length, only?.series.name);
    }
  }

  #refuse(push: Push, answer: Answer, series: number, name?: string): void {
    if (!(series > 0)) return;
    if (NATIVE_REFUSED.test(answer.body)) this.takesNative = false;
    push.refused += series;
    push.refusal = [answer, name];
  }
}

/** What a receiver of version 2.0 says it has stored, undefined from one that speaks 1.0 only. */
function writtenOf({ headers }: Answer): number | undefined {
  const [samples, histograms] = ["samples", "histograms"].map((kind) =>
    headers.get(`x-prometheus-remote-write-${kind}-written`),
  );
  return samples == null ? undefined : Number(samples) + Number(histograms) || 0;
}
