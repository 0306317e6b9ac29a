/** Decides when to push on Lambda, and for how long: a push is billed and counts towards the time-out. */
import type { Pushmeter } from "@pushmeter/sdk";

/** What a push leaves of the function's time, so that the platform sees the invocation end, ms. */
const RESERVE = 150;
/** With less time a push is not tried, ms. */
const SHORTEST_PUSH = 50;
/** For contexts without a remaining time, ms. The destination's own time-out is shorter. */
const LONGEST_PUSH = 25_000;
/**
 * After so many failures in a row, the destination retries nothing in a push. Each further failure makes the pushes
 * pause, for this many times as long as it took: a receiver that refuses at once is tried by each invocation, and one
 * that hangs holds up a tenth of the time.
 */
const FAILURES = 3;
const PAUSE_FACTOR = 10;
const LONGEST_PAUSE = 30_000;

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
    await this.now(remaining());
  }

  /** Pushes now, whatever the last push came to: the environment may end after `remaining` ms. Never rejects. */
  async now(remaining: number): Promise<void> {
    const timeout = Math.min(remaining - RESERVE, LONGEST_PUSH);
    if (timeout < SHORTEST_PUSH) return;
    const { now, every } = this.#options;
    this.#pending = false;
    const started = now();
    // This class spares a dead receiver, by the time that is billed: the destination need not do it as well.
    const push = this.#pushmeter.flush({ timeout, last: true }).then((stored) => {
      this.#failures = stored ? 0 : this.#failures + 1;
      if (!stored) this.#pending = true;
      const pause = stored ? every : this.#failures <= FAILURES ? 0 : (now() - started) * PAUSE_FACTOR;
      this.#notBefore = now() + (stored ? pause : Math.min(pause, LONGEST_PAUSE));
    });
    this.#underWay = push;
    await push;
  }

  /** The environment ends: pushes everything and ends the series, within `time` ms as far as it can. */
  async end(time: number): Promise<void> {
    let timer: unknown;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, time);
    });
    await Promise.race([this.#pushmeter.shutdown(), late]);
    clearTimeout(timer as number);
  }
}
