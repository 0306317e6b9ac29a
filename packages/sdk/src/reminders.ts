/** How long a message is not repeated, ms. */
const INTERVAL = 60_000;

/** Reports what stays wrong again and again, but each message at most once a minute. */
export class Reminders {
  readonly #clock: () => number;
  readonly #report: (error: unknown) => void;
  /** By message: when it was reported. There are as many as places that remind. */
  readonly #reported = new Map<string, number>();

  /** @param clock - for schedules. */
  constructor(clock: () => number, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  remind(error: unknown): void {
    const now = this.#clock();
    const key = String(error);
    if (now - (this.#reported.get(key) ?? -INTERVAL) < INTERVAL) return;
    this.#reported.set(key, now);
    this.#report(error);
  }
}
