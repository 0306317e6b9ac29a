/** Where a shard is stored: one snapshot, and the rows of batches that came after it. */

/** Batches that were stored together. */
export interface Row {
  /** What is known of each batch, as JSON. */
  readonly metas: string;
  /** Their bodies, one after another. */
  readonly bodies: Uint8Array;
}

export interface Stored {
  /** As `save` was given it last; undefined in a new store. */
  readonly head: string | undefined;
  readonly parts: readonly Uint8Array[];
  /** Those appended since `parts` were saved, in their order. */
  readonly rows: Iterable<Row>;
}

/**
 * A store has one owner at a time. What its methods wrote is durable when they return or, of an asynchronous store,
 * when their promise resolves. A method that fails has stored nothing.
 */
export interface Store {
  load(): Stored | Promise<Stored>;
  append(row: Row): void | Promise<void>;
  /**
   * Replaces the head and, with `parts`, the snapshot too; then the rows before it are forgotten. All of it or nothing.
   *
   * @param parts - at most `LARGEST_VALUE` bytes each; to be read before the method returns.
   */
  save(head: string, parts?: Iterable<Uint8Array>): void | Promise<void>;
}

/** Bytes of one stored value. A Durable Object's SQLite takes 2 MB. */
export const LARGEST_VALUE = 1_900_000;

/** Keeps everything in memory, for simulations and tests. Survives the shard host, not the process. */
export class MemoryStore implements Store {
  #head: string | undefined;
  #parts: readonly Uint8Array[] = [];
  #rows: Row[] = [];

  load(): Stored {
    return { head: this.#head, parts: this.#parts, rows: [...this.#rows] };
  }

  append(row: Row): void {
    this.#rows.push(row);
  }

  save(head: string, parts?: Iterable<Uint8Array>): void {
    if (parts) {
      this.#parts = [...parts];
      this.#rows = [];
    }
    this.#head = head;
  }
}
