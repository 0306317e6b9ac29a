/**
 * A shard in PostgreSQL, as one server sees it while the shard is its own. Each write checks the shard's version, which
 * counts its owners: once another server has taken it over, this one stores nothing more.
 */
import type { Row, Store, Stored } from "../../core/store.ts";
import type { Database } from "./database.ts";
import type { Client } from "./pg.ts";

const MINE = "SELECT number FROM pushmeter_shard WHERE number = $1 AND version = $2";

export class PostgresStore implements Store {
  readonly #database: Database;
  readonly #shard: number;
  readonly #version: number;
  /** Rows of the inbox that are in the shard, and not yet in its journal. */
  #taken: string[] = [];
  #row = 0;

  private constructor(database: Database, shard: number, version: number) {
    this.#database = database;
    this.#shard = shard;
    this.#version = version;
  }

  /** Becomes the shard's owner: whoever was so before stores nothing more. */
  static async own(database: Database, shard: number): Promise<PostgresStore> {
    const { rows } = await database.query({
      text: "UPDATE pushmeter_shard SET version = version + 1, asleep = false WHERE number = $1 RETURNING version",
      values: [shard],
    });
    if (!rows[0]) throw new Error("pushmeter: the shard is not there");
    return new PostgresStore(database, shard, Number(rows[0].version));
  }

  /** The next write removes these rows from the inbox, in the same transaction. */
  took(ids: readonly string[]): void {
    this.#taken.push(...ids);
  }

  /** Another write is needed to remove rows from the inbox. */
  get hasTaken(): boolean {
    return this.#taken.length > 0;
  }

  /** Whether the shard is still this server's. */
  async isMine(): Promise<boolean> {
    const { rows } = await this.#database.query({ name: "mine", text: MINE, values: this.#key });
    return rows.length > 0;
  }

  async load(): Promise<Stored> {
    const read = async (text: string) => (await this.#database.query({ text, values: [this.#shard] })).rows;
    const parts = await read("SELECT data FROM pushmeter_snapshot WHERE shard = $1 ORDER BY part");
    const journal = await read(
      "SELECT row, entries, bodies FROM pushmeter_journal WHERE shard = $1 ORDER BY row",
    );
    this.#row = Number(journal.at(-1)?.row ?? -1) + 1;
    return {
      parts: parts.map(({ data }) => data as Uint8Array),
      rows: journal.map(({ entries, bodies }) => ({
        entries: entries as string,
        bodies: bodies as Uint8Array,
      })),
    };
  }

  async append(rows: readonly Row[]): Promise<void> {
    const taken = this.#taken.splice(0);
    const [row] = rows;
    const first = this.#row;
    this.#row += rows.length;
    if (rows.length === 1 && row) {
      const { rowCount } = await this.#database.query({
        name: "append",
        text:
          `WITH mine AS (${MINE} FOR SHARE), ` +
          "gone AS (DELETE FROM pushmeter_inbox i USING mine WHERE i.shard = mine.number AND i.id = ANY($6::bigint[])) " +
          "INSERT INTO pushmeter_journal SELECT number, $3, $4, $5 FROM mine",
        values: [...this.#key, first, row.entries, row.bodies, taken],
      });
      if (rowCount !== 1) throw new Error("another server has the shard now");
      return;
    }
    await this.#fenced(async (client) => {
      for (const [i, { entries, bodies }] of rows.entries()) {
        const text = "INSERT INTO pushmeter_journal VALUES ($1, $2, $3, $4)";
        await client.query({ text, values: [this.#shard, first + i, entries, bodies] });
      }
      await this.#remove(client, taken);
    });
  }

  async save(parts: Iterable<Uint8Array>): Promise<void> {
    const all = [...parts];
    const taken = this.#taken.splice(0);
    this.#row = 0;
    await this.#fenced(async (client) => {
      const shard = [this.#shard];
      await client.query({ text: "DELETE FROM pushmeter_journal WHERE shard = $1", values: shard });
      await client.query({ text: "DELETE FROM pushmeter_snapshot WHERE shard = $1", values: shard });
      for (const [part, data] of all.entries()) {
        const text = "INSERT INTO pushmeter_snapshot VALUES ($1, $2, $3)";
        await client.query({ text, values: [this.#shard, part, data] });
      }
      await this.#remove(client, taken);
    });
  }

  async setAside(rows: readonly Row[]): Promise<void> {
    await this.#fenced(async (client) => {
      for (const { entries, bodies } of rows) {
        const text = "INSERT INTO pushmeter_aside VALUES ($1, $2, $3)";
        await client.query({ text, values: [this.#shard, entries, bodies] });
      }
    });
  }

  /** What other servers say of the shard. */
  async tell(status: string): Promise<void> {
    const text = "UPDATE pushmeter_shard SET status = $3 WHERE number = $1 AND version = $2";
    await this.#database.query({ name: "tell", text, values: [...this.#key, status] });
  }

  /** No server needs the shard until a batch comes. */
  async sleep(): Promise<void> {
    const text = "UPDATE pushmeter_shard SET asleep = true WHERE number = $1 AND version = $2";
    await this.#database.query({ text, values: this.#key });
  }

  get #key(): [shard: number, version: number] {
    return [this.#shard, this.#version];
  }

  #fenced<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#database.transaction(async (client) => {
      const { rows } = await client.query({ text: `${MINE} FOR SHARE`, values: this.#key });
      if (!rows.length) throw new Error("another server has the shard now");
      return work(client);
    });
  }

  async #remove(client: Client, taken: readonly string[]): Promise<void> {
    if (!taken.length) return;
    const text = "DELETE FROM pushmeter_inbox WHERE shard = $1 AND id = ANY($2::bigint[])";
    await client.query({ text, values: [this.#shard, taken] });
  }
}
