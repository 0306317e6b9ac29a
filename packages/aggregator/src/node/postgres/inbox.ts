/**
 * Batches on their way to the server that has their shard. Any server takes a batch and acknowledges it once it is
 * here; the shard's owner merges it, and removes it in the transaction that puts it into the journal.
 */
import type { Message } from "../../core/message.ts";
import type { Target } from "../../core/shard.ts";
import type { Database } from "./database.ts";

/** Bytes of a row, unless one batch has more, and rows that are taken at once. */
const ROW_SIZE = 256_000;
const MOST_ROWS = 32;

/** What stands beside a body; `reset` and `refused` have none. */
export type Letter =
  | (Omit<Message, "version" | "body"> & { readonly length: number })
  | { readonly refused: readonly [target: Target, status: number, reason: string] }
  | { readonly reset: true };

export interface Taken {
  readonly id: string;
  readonly letters: readonly (readonly [letter: Letter, body: Uint8Array])[];
}

interface Row {
  readonly letters: Letter[];
  readonly bodies: Uint8Array[];
  bytes: number;
  readonly stored: Promise<void>;
  readonly settle: (stored: Promise<void>) => void;
}

const NOTHING = new Uint8Array();

export class Inbox {
  readonly #database: Database;
  /** Rows that wait while another of their shard is being stored. */
  readonly #waiting = new Map<number, Row[]>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when it is stored. What comes while the shard's last row is being stored shares the next. */
  put(shard: number, letter: Letter, body: Uint8Array = NOTHING): Promise<void> {
    const rows = this.#waiting.get(shard);
    let row = rows?.at(-1);
    if (!row || row.bytes + body.length > ROW_SIZE) {
      row = newRow();
      if (rows) rows.push(row);
      else void this.#send(shard, row);
    }
    row.letters.push(letter);
    row.bodies.push(body);
    row.bytes += body.length;
    return row.stored;
  }

  /** What waits for a shard, the first come first; at most some. */
  async take(shard: number): Promise<{ taken: Taken[]; isAll: boolean }> {
    const { rows } = await this.#database.query({
      name: "take",
      text: `SELECT id::text, entries, bodies FROM pushmeter_inbox WHERE shard = $1 ORDER BY id LIMIT ${MOST_ROWS}`,
      values: [shard],
    });
    const taken = rows.map(({ id, entries, bodies }): Taken => {
      let at = 0;
      const letters = (JSON.parse(entries as string) as Letter[]).map((letter) => {
        const length = "length" in letter ? letter.length : 0;
        at += length;
        return [letter, (bodies as Uint8Array).subarray(at - length, at)] as const;
      });
      return { id: id as string, letters };
    });
    return { taken, isAll: rows.length < MOST_ROWS };
  }

  async #send(shard: number, first: Row): Promise<void> {
    const rows = [first];
    this.#waiting.set(shard, rows);
    // What else has come in this turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    for (let row = rows.shift(); row; row = rows.shift()) {
      const { letters, bodies, settle, stored } = row;
      const values = [shard, JSON.stringify(letters), Buffer.concat(bodies)];
      const text = "INSERT INTO pushmeter_inbox (shard, entries, bodies) VALUES ($1, $2, $3)";
      settle(this.#database.query({ name: "put", text, values }).then(() => {}));
      // Its senders hear of a failure.
      await stored.catch(() => {});
    }
    this.#waiting.delete(shard);
  }
}

function newRow(): Row {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { letters: [], bodies: [], bytes: 0, stored: promise, settle: resolve };
}
