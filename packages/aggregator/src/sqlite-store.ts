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

/** The first row of `snapshot`. */
interface Index {
  readonly epoch: number;
  readonly parts: number;
}

export class SqliteStore implements Store {
  readonly #storage: SqliteStorage;
  /** Names of tables. */
  readonly #snapshot: string;
  readonly #journal: string;
  readonly #aside: string;
  #epoch = 0;
  #parts = 0;
  #rows = 0;
  #exists = false;

  /** @param suffix - of the names of its tables, where one database has many shards. */
  constructor(storage: SqliteStorage, suffix = "") {
    this.#storage = storage;
    this.#snapshot = `snapshot${suffix}`;
    this.#journal = `journal${suffix}`;
    this.#aside = `aside${suffix}`;
  }

  /** Stores nothing itself: a request for a status must not leave a stored object behind. */
  load(): Stored {
    const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?";
    const known = this.#sql(query, this.#journal);
    this.#exists = known.length > 0;
    if (!this.#exists) return { parts: [], rows: [] };
    const [first, ...parts] = this.#sql(`SELECT data FROM ${this.#snapshot} ORDER BY part`).map(
      ({ data }) => new Uint8Array(data as ArrayBuffer),
    );
    const index = first && (JSON.parse(new TextDecoder().decode(first)) as Index);
    if (index) {
      this.#epoch = index.epoch;
      this.#parts = index.parts;
    }
    const select = `SELECT row, entries, bodies FROM ${this.#journal} WHERE epoch = ? ORDER BY row`;
    const rows = this.#sql(select, this.#epoch).map(({ row, entries, bodies }): Row => {
      this.#rows = (row as number) + 1;
      return { entries: entries as string, bodies: new Uint8Array(bodies as ArrayBuffer) };
    });
    return { parts, rows };
  }

  #create(): void {
    if (this.#exists) return;
    this.#exists = true;
    const columns = "entries TEXT NOT NULL, bodies BLOB NOT NULL";
    this.#sql(`CREATE TABLE IF NOT EXISTS ${this.#snapshot} (part INTEGER PRIMARY KEY, data BLOB NOT NULL)`);
    this.#sql(`CREATE TABLE IF NOT EXISTS ${this.#aside} (${columns})`);
    this.#sql(
      `CREATE TABLE IF NOT EXISTS ${this.#journal} (row INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, ${columns})`,
    );
  }

  append(rows: readonly Row[]): void {
    this.#create();
    const query = `INSERT OR REPLACE INTO ${this.#journal} VALUES (?, ?, ?, ?)`;
    const insert = () => {
      for (const [i, { entries, bodies }] of rows.entries()) {
        this.#sql(query, this.#rows + i, this.#epoch, entries, bodies);
      }
    };
    if (rows.length === 1) insert();
    else this.#storage.transactionSync(insert);
    this.#rows += rows.length;
  }

  save(parts: Iterable<Uint8Array>): void {
    this.#create();
    const epoch = this.#epoch + 1;
    let count = 0;
    this.#storage.transactionSync(() => {
      for (const part of parts) this.#put(++count, part);
      if (count < this.#parts) this.#sql(`DELETE FROM ${this.#snapshot} WHERE part > ?`, count);
      const index: Index = { epoch, parts: count };
      this.#put(0, new TextEncoder().encode(JSON.stringify(index)));
    });
    // Only now: after a transaction that fails, the next rows still belong to the old epoch.
    this.#epoch = epoch;
    this.#parts = count;
    this.#rows = 0;
  }

  setAside(rows: readonly Row[]): void {
    const query = `INSERT INTO ${this.#aside} VALUES (?, ?)`;
    for (const { entries, bodies } of rows) this.#sql(query, entries, bodies);
  }

  #put(part: number, data: Uint8Array): void {
    this.#sql(`INSERT OR REPLACE INTO ${this.#snapshot} VALUES (?, ?)`, part, data);
  }

  #sql(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.#storage.sql.exec(query, ...bindings).toArray();
  }
}
