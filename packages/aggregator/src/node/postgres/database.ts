/** A PostgreSQL database: its connections, its tables, and errors without credentials. */
import { type Client, loadPg, type OwnClient, type Pool, type Query, type Result } from "./pg.ts";

/** The first key of all advisory locks. The second is a shard's number, 0 for what all servers hold together. */
export const LOCKS = 0x707573;
/** Of the tables. */
const VERSION = 1;
const OLDEST_SERVER = 140_000;
/** Connections besides the one that holds the locks. */
const CONNECTIONS = 8;
const CONNECT_TIMEOUT = 5_000;
const QUERY_TIMEOUT = 20_000;
/** A transaction that stands still holds its rows for so long at most, ms. */
const STALLED = 10_000;

const TABLES = `
CREATE TABLE IF NOT EXISTS pushmeter_schema (version integer NOT NULL);
INSERT INTO pushmeter_schema SELECT ${VERSION} WHERE NOT EXISTS (SELECT 1 FROM pushmeter_schema);
CREATE TABLE IF NOT EXISTS pushmeter_shard (
  number serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  version integer NOT NULL DEFAULT 0,
  asleep boolean NOT NULL DEFAULT true,
  status text
);
CREATE TABLE IF NOT EXISTS pushmeter_snapshot (
  shard integer NOT NULL, part integer NOT NULL, data bytea NOT NULL, PRIMARY KEY (shard, part)
);
CREATE TABLE IF NOT EXISTS pushmeter_journal (
  shard integer NOT NULL, row integer NOT NULL, entries text NOT NULL, bodies bytea NOT NULL, PRIMARY KEY (shard, row)
);
CREATE TABLE IF NOT EXISTS pushmeter_aside (shard integer NOT NULL, entries text NOT NULL, bodies bytea NOT NULL);
CREATE TABLE IF NOT EXISTS pushmeter_inbox (
  id bigserial PRIMARY KEY, shard integer NOT NULL, entries text NOT NULL, bodies bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS pushmeter_inbox_shard ON pushmeter_inbox (shard, id);
`;

export class Database {
  readonly #pool: Pool;
  readonly #session: () => OwnClient;
  /** For messages. */
  readonly name: string;

  private constructor(pool: Pool, session: () => OwnClient, name: string) {
    this.#pool = pool;
    this.#session = session;
    this.name = name;
    // Of a connection that nothing uses: the next query gets another one.
    pool.on("error", () => {});
  }

  /**
   * Connects, and makes the tables.
   *
   * @throws Error with one sentence, without credentials, if that is not possible.
   */
  static async open(url: string): Promise<Database> {
    const { Client, Pool } = await loadPg();
    const { host, pathname } = new URL(url);
    const name = `postgres://${host}${pathname}`;
    const common = {
      connectionString: url,
      application_name: "pushmeter-aggregator",
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      query_timeout: QUERY_TIMEOUT,
      statement_timeout: QUERY_TIMEOUT,
      keepAlive: true,
    };
    const pool = new Pool({
      ...common,
      max: CONNECTIONS,
      idle_in_transaction_session_timeout: STALLED,
    });
    const database = new Database(pool, () => new Client(common), name);
    try {
      await database.#prepare();
      return database;
    } catch (error) {
      await pool.end();
      throw new Error(`pushmeter: the store ${name} cannot be used: ${messageOf(error)}`);
    }
  }

  query(query: Query): Promise<Result> {
    return this.#pool.query(query);
  }

  /** All of it or nothing. */
  async transaction<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let isBroken = true;
    // Of a connection that breaks between two queries: the next one fails.
    const ignored = () => {};
    client.on("error", ignored);
    try {
      await client.query({ text: "BEGIN" });
      const result = await work(client);
      await client.query({ text: "COMMIT" });
      isBroken = false;
      return result;
    } finally {
      // A connection that is closed rolls back.
      client.release(isBroken);
    }
  }

  /** A connection for one user, who connects it and ends it. */
  session(): OwnClient {
    return this.#session();
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #prepare(): Promise<void> {
    const { rows } = await this.query({
      text: "SELECT current_setting('server_version_num')::int AS version",
    });
    if (Number(rows[0]?.version) < OLDEST_SERVER) throw new Error("it must be PostgreSQL 14 or later");
    await this.transaction(async (client) => {
      // Servers that start at the same time would make the tables twice.
      await client.query({ text: `SELECT pg_advisory_xact_lock(${LOCKS}, -1)` });
      await client.query({ text: TABLES });
      const { rows } = await client.query({ text: "SELECT version FROM pushmeter_schema" });
      if (Number(rows[0]?.version) > VERSION) throw new Error("a later version made its tables");
    });
  }
}

/** What a driver says, which may be several attempts. Neither has the password. */
export function messageOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
