/** Where a shard is stored: one snapshot, and the rows of what happened after it. */

/** What happened together. */
export interface Row {
  /** As JSON. */
  readonly entries: string;
  /** The bodies of its batches, one after another. */
  readonly bodies: Uint8Array;
}

export interface Stored {
  /** As `save` was given them last; none in a new store. */
  readonly parts: readonly Uint8Array[];
  /** Those appended since, in their order. */
  readonly rows: Iterable<Row>;
}

/**
 * A store has one owner at a time. What its methods wrote is durable when they return or, of an asynchronous store,
 * when their promise resolves. A method that fails has stored nothing.
 */
export interface Store {
  load(): Stored | Promise<Stored>;
  /** Adds rows behind those that are there. All or none. */
  append(rows: readonly Row[]): void | Promise<void>;
  /**
   * Replaces the snapshot, and forgets the rows before it. Both or neither.
   *
   * @param parts - at most `LARGEST_VALUE` bytes each; to be read before the method returns.
   */
  save(parts: Iterable<Uint8Array>): void | Promise<void>;
  /** Keeps rows that could not be read, for somebody to look at. */
  setAside(rows: readonly Row[]): void | Promise<void>;
}

/** Bytes of one stored value. A Durable Object's SQLite takes 2 MB. */
export const LARGEST_VALUE = 1_900_000;

/** Keeps everything in memory, for simulations and tests. Survives the shard host, not the process. */
export class MemoryStore implements Store {
  #parts: readonly Uint8Array[] = [];
  #rows: Row[] = [];
  readonly aside: Row[] = [];

  load(): Stored {
    return { parts: this.#parts, rows: [...this.#rows] };
  }

  append(rows: readonly Row[]): void {
    this.#rows.push(...rows);
  }

  save(parts: Iterable<Uint8Array>): void {
    this.#parts = [...parts];
    this.#rows = [];
  }

  setAside(rows: readonly Row[]): void {
    this.aside.push(...rows);
  }
}
