/** Decides when to push on Lambda, and for how long: a push is billed and counts towards the time-out. */
import type { Pushmeter } from "@pushmeter/sdk";

/** What a push leaves of the function's time, so that the platform sees the invocation end, ms. */
const RESERVE = 150;
/** With less time a push is not tried, ms. */
const SHORTEST_PUSH = 50;
/** For contexts without a remaining time, ms. The destination's own time-out is shorter. */
const LONGEST_PUSH = 25_000;
/** From the second failure in a row on pushes pause, so that a receiver that is down costs little. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export interface PushesOptions {
  /** The least time between two pushes, ms. */
  readonly every: number;
  /** For schedules, ms: a clock that goes on while the environment is frozen. */
  readonly now: () => number;
}

export class Pushes {
  readonly #pushmeter: Pushmeter;
  readonly #options: PushesOptions;
  #pending = false;
  #failures = 0;
  #notBefore = -Infinity;
  #underWay: Promise<void> = Promise.resolve();

  constructor(pushmeter: Pushmeter, options: PushesOptions) {
    this.#pushmeter = pushmeter;
    this.#options = options;
  }

  /** An invocation has recorded something. */
  recorded(): void {
    this.#pending = true;
  }

  /**
   * Pushes what is left, if it is time to. Never rejects.
   *
   * @param remaining - of the function's time, ms.
   */
  async push(remaining: () => number): Promise<void> {
    await this.#underWay;
    if (!this.#pending || this.#options.now() < this.#notBefore) return;
    await this.#push(remaining(), false);
  }

  /** Pushes what is left, whenever the last push was: the environment ends after `remaining` ms. */
  async last(remaining: number): Promise<void> {
    if (this.#pending) await this.#push(remaining, true);
  }

  async #push(remaining: number, last: boolean): Promise<void> {
    const timeout = Math.min(remaining - RESERVE, LONGEST_PUSH);
    if (timeout < SHORTEST_PUSH) return;
    this.#pending = false;
    const push = this.#pushmeter.flush({ timeout, last }).then((stored) => this.#ended(stored));
    this.#underWay = push;
    await push;
  }

  #ended(stored: boolean): void {
    const { every, now } = this.#options;
    this.#failures = stored ? 0 : this.#failures + 1;
    if (!stored) this.#pending = true;
    const pause = this.#failures > 1 ? Math.min(FIRST_PAUSE * 2 ** (this.#failures - 2), LONGEST_PAUSE) : 0;
    this.#notBefore = now() + (stored ? every : pause);
  }
}
