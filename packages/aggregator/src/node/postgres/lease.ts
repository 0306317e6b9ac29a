/**
 * Which shards are this server's: an advisory lock for each, held by one session. PostgreSQL ends a session that asks
 * nothing for ten seconds, so that a server that stands still loses its shards as one that died does.
 */
import { type Database, LOCKS } from "./database.ts";
import type { OwnClient, Result } from "./pg.ts";

/** ms */
const LEASE = 10_000;

/** What all servers together have to do. */
export interface Work {
  /** Servers that live. */
  readonly servers: number;
  /** Numbers of shards that need an owner, and those among them that have none. */
  readonly shards: readonly number[];
  readonly free: readonly number[];
}

const WORK = `
SELECT s.number,
       EXISTS (SELECT 1 FROM locks WHERE locks.number = s.number) AS taken,
       (SELECT count(DISTINCT pid)::int FROM locks WHERE locks.number = 0) AS servers
FROM pushmeter_shard s
WHERE NOT s.asleep OR EXISTS (SELECT 1 FROM pushmeter_inbox i WHERE i.shard = s.number)
ORDER BY s.number`;
const LOCKED = `
WITH locks AS MATERIALIZED (
  SELECT objid::int AS number, pid FROM pg_locks
  WHERE locktype = 'advisory' AND objsubid = 2 AND classid = ${LOCKS} AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)`;

export class Lease {
  readonly #client: OwnClient;
  #isOver = false;

  private constructor(client: OwnClient, lost: () => void) {
    this.#client = client;
    const over = () => {
      if (this.#isOver) return;
      this.#isOver = true;
      lost();
    };
    client.on("error", over);
    client.on("end", over);
  }

  /** @param lost - the shards are no longer this server's. Called once. */
  static async begin(database: Database, lost: () => void): Promise<Lease> {
    const client = database.session();
    const lease = new Lease(client, lost);
    await client.connect();
    await client.query({ text: `SET idle_session_timeout = ${LEASE}` });
    await client.query({ text: `SELECT pg_advisory_lock_shared(${LOCKS}, 0)` });
    return lease;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Also makes the lease longer. */
  async work(): Promise<Work> {
    const { rows } = await this.#ask(LOCKED + WORK);
    return {
      servers: Math.max(1, Number(rows[0]?.servers ?? 1)),
      shards: rows.map(({ number }) => number as number),
      free: rows.filter(({ taken }) => !taken).map(({ number }) => number as number),
    };
  }

  /** Whether the shard is this server's now. */
  async take(shard: number): Promise<boolean> {
    const { rows } = await this.#ask("SELECT pg_try_advisory_lock($1, $2) AS taken", [LOCKS, shard]);
    return rows[0]?.taken === true;
  }

  async release(shard: number): Promise<void> {
    await this.#ask("SELECT pg_advisory_unlock($1, $2)", [LOCKS, shard]);
  }

  /** Gives everything back. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#client.end();
  }

  #ask(text: string, values: readonly unknown[] = []): Promise<Result> {
    return this.#client.query({ text, values });
  }
}
