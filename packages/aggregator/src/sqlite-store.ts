/**
 * A shard in SQLite. Rows of batches are overwritten rather than deleted: a Durable Object's deletion is billed as a
 * write too. Their epoch tells those that the snapshot has.
 */
import type { Row, Store, Stored } from "./core/store.ts";

/** The part of a Durable Object's storage that is used. */
export interface SqliteStorage {
  readonly sql: { exec(query: string, ...bindings: unknown[]): { toArray(): Record<string, unknown>[] } };
  transactionSync<T>(callback: () => T): T;
}

/** The row of `snapshot` that says how to read the others. */
interface Index {
  readonly epoch: number;
  readonly parts: number;
  readonly head: string;
}

export class SqliteStore implements Store {
  readonly #storage: SqliteStorage;
  #epoch = 0;
  #parts = 0;
  #rows = 0;

  constructor(storage: SqliteStorage) {
    this.#storage = storage;
    this.#sql("CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
    this.#sql(
      "CREATE TABLE IF NOT EXISTS batches (row INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, " +
        "metas TEXT NOT NULL, bodies BLOB NOT NULL)",
    );
  }

  load(): Stored {
    const [first, ...parts] = this.#sql("SELECT data FROM snapshot ORDER BY part").map(
      ({ data }) => new Uint8Array(data as ArrayBuffer),
    );
    const index = first && (JSON.parse(new TextDecoder().decode(first)) as Index);
    if (index) {
      this.#epoch = index.epoch;
      this.#parts = index.parts;
    }
    const query = "SELECT row, metas, bodies FROM batches WHERE epoch = ? ORDER BY row";
    const rows = this.#sql(query, this.#epoch).map(({ row, metas, bodies }): Row => {
      this.#rows = (row as number) + 1;
      return { metas: metas as string, bodies: new Uint8Array(bodies as ArrayBuffer) };
    });
    return { head: index?.head, parts, rows };
  }

  append({ metas, bodies }: Row): void {
    const query = "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?)";
    this.#sql(query, this.#rows, this.#epoch, metas, bodies);
    this.#rows++;
  }

  save(head: string, parts?: Iterable<Uint8Array>): void {
    const [epoch, count] = this.#storage.transactionSync(() => {
      let [epoch, count] = [this.#epoch, this.#parts];
      if (parts) {
        epoch++;
        count = 0;
        for (const part of parts) this.#put(++count, part);
        if (count < this.#parts) this.#sql("DELETE FROM snapshot WHERE part > ?", count);
      }
      const index: Index = { epoch, parts: count, head };
      this.#put(0, new TextEncoder().encode(JSON.stringify(index)));
      return [epoch, count];
    });
    // Only now: a transaction that fails must leave the next rows in the old epoch.
    this.#epoch = epoch;
    this.#parts = count;
    if (parts) this.#rows = 0;
  }

  #put(part: number, data: Uint8Array): void {
    this.#sql("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", part, data);
  }

  #sql(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.#storage.sql.exec(query, ...bindings).toArray();
  }
}
