/** Messages kept, so that hostile names cannot fill the memory. */
const MOST_MESSAGES = 100;

/** Reports each message once. After 100 different ones it is silent; what they are about is counted all the same. */
export class Once {
  readonly #report: (error: unknown) => void;
  readonly #said = new Set<string>();

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  say(message: string): void {
    if (this.#said.has(message) || this.#said.size >= MOST_MESSAGES) return;
    this.#said.add(message);
    this.#report(new TypeError(message));
  }
}
