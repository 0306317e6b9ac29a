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

  /** The one that was set longest ago comes first. */
  *[Symbol.iterator](): Generator<[string, T]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  /** Sets an entry. Returns those that are forgotten now, and how many of them for want of room. */
  set(key: string, value: T, now: number): { gone: Map<string, T>; evicted: number } {
    this.#entries.delete(key);
    this.#entries.set(key, { value, seen: now });
    const gone = new Map<string, T>();
    let evicted = 0;
    for (const [old, { value, seen }] of this.#entries) {
      const isSilent = seen < now - this.#longest;
      if (this.#entries.size <= this.#most && !isSilent) break;
      if (!isSilent) evicted++;
      this.#entries.delete(old);
      gone.set(old, value);
    }
    return { gone, evicted };
  }

  *save(): Generator<readonly [string, T, number]> {
    for (const [key, { value, seen }] of this.#entries) yield [key, value, seen];
  }

  /** Adds an entry of `save`, newer than those that were added before. */
  restore([key, value, seen]: readonly [string, T, number]): void {
    this.#entries.set(key, { value, seen });
  }
}
