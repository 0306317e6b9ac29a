/** All shards in one SQLite file, with the SQLite that Node has. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Store } from "../core/store.ts";
import { type SqliteStorage, SqliteStore } from "../sqlite-store.ts";

export class SqliteFile {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #storage: SqliteStorage;

  /**
   * Opens the file, or makes it. It belongs to this process until `close`.
   *
   * @throws Error with one sentence if the file cannot be used.
   */
  constructor(path: string) {
    try {
      this.#database = new DatabaseSync(path);
      // What is acknowledged survives a loss of power, too.
      const settings = ["locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"];
      for (const setting of settings) this.#database.exec(`PRAGMA ${setting}`);
      // Takes the lock: two servers on one file would each overwrite what the other has counted.
      this.#database.exec("BEGIN EXCLUSIVE; COMMIT");
      this.#database.exec("CREATE TABLE IF NOT EXISTS shard (number INTEGER PRIMARY KEY, name TEXT UNIQUE)");
    } catch (error) {
      const isTaken = /locked/.test(String(error));
      const why = isTaken ? "another process uses it" : error instanceof Error ? error.message : error;
      throw new Error(`pushmeter: the store ${path} cannot be opened: ${why}`);
    }
    this.#storage = {
      sql: {
        exec: (query, ...bindings) => {
          const rows = this.#all(query, bindings);
          return { toArray: () => rows };
        },
      },
      transactionSync: (callback) => this.#transaction(callback),
    };
  }

  /** Of the shards that it has. */
  names(): string[] {
    return this.#all("SELECT name FROM shard ORDER BY number", []).map(({ name }) => name as string);
  }

  /** The store of a shard, which is new if the file has none of this name. */
  store(name: string): Store {
    this.#all("INSERT OR IGNORE INTO shard (name) VALUES (?)", [name]);
    const [row] = this.#all("SELECT number FROM shard WHERE name = ?", [name]);
    return new SqliteStore(this.#storage, `_${row?.number}`);
  }

  /** Forgets a shard. */
  remove(name: string): void {
    const [row] = this.#all("SELECT number FROM shard WHERE name = ?", [name]);
    if (!row) return;
    this.#transaction(() => {
      for (const table of ["snapshot", "journal", "aside"]) {
        this.#database.exec(`DROP TABLE IF EXISTS ${table}_${row.number}`);
      }
      this.#all("DELETE FROM shard WHERE number = ?", [row.number]);
    });
    // Those of the tables that are gone.
    this.#statements.clear();
  }

  /** @throws Error if the file cannot be read. */
  check(): void {
    this.#all("SELECT 1", []);
  }

  close(): void {
    this.#database.close();
  }

  #all(query: string, bindings: readonly unknown[]): Record<string, unknown>[] {
    let statement = this.#statements.get(query);
    if (!statement) {
      statement = this.#database.prepare(query);
      this.#statements.set(query, statement);
    }
    return statement.all(...(bindings as Uint8Array[])) as Record<string, unknown>[];
  }

  #transaction<T>(callback: () => T): T {
    this.#database.exec("BEGIN");
    try {
      const result = callback();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}
