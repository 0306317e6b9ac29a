/** Senders seen lately, the longest silent first to be forgotten. */
export class Recent<T> {
  readonly #longest: number;
  readonly #most: number;
  /** In the order of their last sign of life. */
  readonly #entries = new Map<string, { value: T; seen: number }>();

  /** @param longest - ms of silence after which an entry is forgotten. */
  constructor(longest: number, most: number) {
    this.#longest = longest;
    this.#most = most;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Sets, and returns the keys that had to go for it. */
  set(key: string, value: T, now: number): string[] {
    this.#entries.delete(key);
    this.#entries.set(key, { value, seen: now });
    const gone: string[] = [];
    for (const [old, { seen }] of this.#entries) {
      if (this.#entries.size <= this.#most && seen >= now - this.#longest) break;
      this.#entries.delete(old);
      gone.push(old);
    }
    return gone;
  }

  save(): [string, T, number][] {
    return Array.from(this.#entries, ([key, { value, seen }]) => [key, value, seen]);
  }

  restore(entries: readonly [string, T, number][]): void {
    for (const [key, value, seen] of entries) this.#entries.set(key, { value, seen });
  }
}
