/**
 * Spares a dead receiver: after three calls in a row that found it down, the next waits for a while before it is
 * let through; it closes the breaker or doubles the pause. A pause is shorter than a call may take, so that even
 * the last call of an instance is tried: what it carries has no other.
 */
import { type Runtime, sleep } from "../runtime.ts";
import { PushError } from "./error.ts";

const THRESHOLD = 3;
const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 30_000;

export class Breaker {
  readonly #runtime: Runtime;
  readonly #longest: number;
  #failures = 0;
  #until = 0;
  /** The last call's. */
  #failure: PushError | undefined;

  /** @param timeout - of a call, ms. */
  constructor(runtime: Runtime, timeout: number) {
    this.#runtime = runtime;
    this.#longest = Math.min(LONGEST_PAUSE, timeout / 2);
  }

  /**
   * Resolves when the next call may go ahead.
   *
   * @throws PushError what the last call failed with, if that would be after `end`.
   */
  async pause(end: number): Promise<void> {
    const wait = this.#until - this.#runtime.monotonic();
    if (!this.#failure || this.#failures < THRESHOLD || wait <= 0) return;
    const { result, message, status } = this.#failure;
    if (this.#until >= end) {
      throw new PushError(result, `${message} (not tried again for ${Math.ceil(wait)} ms)`, status);
    }
    await sleep(this.#runtime, wait);
  }

  /** How a call ended: the receiver answered, or it did not, or with 5xx or 429. */
  ended(failure?: PushError): void {
    this.#failure = failure;
    this.#failures = failure ? this.#failures + 1 : 0;
    // With jitter, so that not all instances come back at once.
    const pause = Math.min(this.#longest, FIRST_PAUSE * 2 ** (this.#failures - THRESHOLD));
    this.#until = this.#runtime.monotonic() + pause * (1 - this.#runtime.random() / 2);
  }
}
