/** A map that forgets the entry that was set longest ago: after some time, and when there are too many. */
export class Recent<T> {
  readonly #longest: number;
  readonly #most: number;
  /** In the order in which they were last set. */
  readonly #entries = new Map<string, { value: T; seen: number }>();

  /** @param longest - ms after which an entry is forgotten, unless it is set again. */
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

  /** Sets an entry, and returns the keys of those that are forgotten now. */
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

  /** Adds an entry of `save`, newer than those that were added before. */
  restore([key, value, seen]: readonly [string, T, number]): void {
    this.#entries.set(key, { value, seen });
  }
}
