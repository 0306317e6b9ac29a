/**
 * Spares a dead receiver: after three calls in a row that found it down, the next waits for a while before it is
 * let through; it closes the breaker or doubles the pause. A pause is shorter than a call may take, so that even
 * the last call of an instance is tried: what it carries has no other.
 */
import type { Runtime } from "../runtime.ts";

const THRESHOLD = 3;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;

export class Breaker {
  readonly #runtime: Runtime;
  readonly #longest: number;
  #failures = 0;
  #until = 0;

  /** @param timeout - of a call, ms. */
  constructor(runtime: Runtime, timeout: number) {
    this.#runtime = runtime;
    this.#longest = Math.min(LONGEST_PAUSE, timeout / 2);
  }

  /** Milliseconds to wait before the next call, 0 to go ahead. */
  wait(): number {
    if (this.#failures < THRESHOLD) return 0;
    return Math.max(0, this.#until - this.#runtime.monotonic());
  }

  /** How a call ended: the receiver answered, or it did not, or with 5xx or 429. */
  ended(answered: boolean): void {
    this.#failures = answered ? 0 : this.#failures + 1;
    // With jitter, so that not all instances come back at once.
    const pause = Math.min(this.#longest, FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD));
    this.#until = this.#runtime.monotonic() + pause * (1 - this.#runtime.random() / 2);
  }
}
