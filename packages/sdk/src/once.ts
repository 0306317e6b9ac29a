/** Keys kept, so that hostile names cannot fill the memory. */
const MOST_KEYS = 100;

/** Reports once per key. After 100 different keys it is silent; what the messages are about is counted all the same. */
export class Once {
  readonly #report: (error: unknown) => void;
  readonly #said = new Set<string>();

  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** @param key - default: the message. */
  say(message: string, key = message): void {
    if (this.#said.has(key) || this.#said.size >= MOST_KEYS) return;
    this.#said.add(key);
    this.#report(new TypeError(`pushmeter: ${message}`));
  }
}
