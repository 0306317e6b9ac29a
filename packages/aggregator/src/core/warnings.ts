/** Between two warnings about the same thing, ms. */
const EVERY = 3_600_000;

/** Says on the console what somebody should look at, but not all the time. */
export class Warnings {
  readonly #now: () => number;
  readonly #last = new Map<string, number>();

  /** @param now - milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param about - the same for warnings about the same thing. */
  warn(about: string, text: string): void {
    const now = this.#now();
    const last = this.#last.get(about);
    if (last !== undefined && now < last + EVERY) return;
    this.#last.set(about, now);
    console.warn(`pushmeter: aggregator: ${text}`);
  }
}
