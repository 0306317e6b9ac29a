/**
 * Spares a dead receiver, and the time of whoever waits for it: after three calls in a row that found it down,
 * none is tried for a while. Then one is let through; it closes the breaker or doubles the pause.
 */
import type { Runtime } from "../runtime.ts";

const THRESHOLD = 3;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;

export class Breaker {
  readonly #runtime: Runtime;
  #failures = 0;
  #until = 0;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Milliseconds to wait before the next call, 0 to go ahead. While one call probes, the others wait. */
  wait(): number {
    const wait = this.#until - this.#runtime.monotonic();
    if (this.#failures < THRESHOLD) return 0;
    if (wait > 0) return wait;
    this.#pause();
    return 0;
  }

  /** How a call ended: the receiver answered, or it did not, or with 5xx or 429. */
  ended(answered: boolean): void {
    this.#failures = answered ? 0 : this.#failures + 1;
    this.#pause();
  }

  /** With jitter, so that not all instances come back at once. */
  #pause(): void {
    const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD));
    this.#until = this.#runtime.monotonic() + pause * (1 - this.#runtime.random() / 2);
  }
}
