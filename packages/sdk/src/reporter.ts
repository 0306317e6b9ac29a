/** Reports to `onError` what happens again and again, and not each time. */

/** How long a reminder is not repeated, ms. */
const INTERVAL = 60_000;
/** Keys kept, so that hostile names cannot fill the memory. */
const MOST_KEYS = 100;

export class Reporter {
  readonly #clock: () => number;
  readonly #report: (error: unknown) => void;
  /** When something was reported, by key. */
  readonly #reported = new Map<string, number>();

  /** @param clock - for schedules. */
  constructor(clock: () => number, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** At most once a minute: for what stays wrong until the code is changed. */
  remind(error: unknown): void {
    const now = this.#clock();
    const key = String(error);
    if (now - (this.#reported.get(key) ?? -INTERVAL) < INTERVAL) return;
    this.#reported.set(key, now);
    this.#report(error);
  }

  /** Once per key, and after 100 different keys no more; what the messages are about is counted all the same. */
  once(message: string, key = message): void {
    if (this.#reported.has(key) || this.#reported.size >= MOST_KEYS) return;
    this.#reported.set(key, 0);
    this.#report(new TypeError(`pushmeter: ${message}`));
  }
}
