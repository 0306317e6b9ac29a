/**
 * Spares a dead receiver: after three calls in a row that found it down, the next waits for a while before it is
 * let through, and is not retried; it closes the breaker or doubles the pause. A pause is shorter than a call may take, so that even
 * the last call of an instance is tried: only that one carries its data. A receiver that says itself how long to
 * wait, with `Retry-After`, is waited for by every call.
 */
import type { PushError } from "./error.ts";

const THRESHOLD = 3;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;
/** A longer `Retry-After` is taken for this, ms. */
const LONGEST_RETRY_AFTER = 3_600_000;

export class Breaker {
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #longest: number;
  #failures = 0;
  #until = 0;
  #retryAt = 0;

  /**
   * @param clock - for schedules.
   * @param timeout - of a call, ms.
   */
  constructor(clock: () => number, random: () => number, timeout: number) {
    this.#clock = clock;
    this.#random = random;
    this.#longest = Math.min(LONGEST_PAUSE, timeout / 2);
  }

  /** The last failure, if there was one since the last success. */
  failure: PushError | undefined;

  /** The last calls found the receiver down: the next one only finds out whether it still is. */
  get isOpen(): boolean {
    return this.#failures >= THRESHOLD;
  }

  /** How long the next call has to wait, ms; the `last` one of an instance only for a `Retry-After`. */
  wait(last: boolean): number {
    const until = last || !this.isOpen ? 0 : this.#until;
    return Math.max(until, this.#retryAt) - this.#clock();
  }

  /** The receiver has asked to be left alone for `ms`. */
  retryAfter(ms: number): void {
    if (ms > 0) this.#retryAt = this.#clock() + Math.min(ms, LONGEST_RETRY_AFTER);
  }

  /** How a call ended: with an answer that no retry would change, or with a failure. */
  ended(failure?: PushError): void {
    this.failure = failure;
    this.#failures = failure ? this.#failures + 1 : 0;
    // With jitter, so that not all instances come back at once.
    const pause = Math.min(this.#longest, FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD));
    this.#until = this.#clock() + pause * (1 - this.#random() / 2);
  }
}
