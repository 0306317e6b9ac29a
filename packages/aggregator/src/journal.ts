/**
 * A shard in SQLite storage: a snapshot in few blobs, and the batches that came since, one row each. A batch
 * costs one row however many series there are; a beat folds the rows into a new snapshot. Rows are overwritten
 * rather than deleted, for a deletion is billed as a write too: their epoch tells the old ones.
 */
import type { DurableObjectStorage } from "cloudflare:workers";
import { decode, type Encoding } from "./core/otlp.ts";
import type { BatchId, Saved, Shard } from "./core/shard.ts";
import type { SavedEntry } from "./core/totals.ts";
import type { Message } from "./message.ts";

/** Of the stored form. */
const VERSION = 1;
/** Below the 2 MB that one value may have. */
const LARGEST_BLOB = 1_900_000;
/** Batches, and bytes of them, after which a snapshot is due even between beats. */
const MOST_ROWS = 20_000;
const MOST_BYTES = 16_000_000;

interface Head {
  readonly version: number;
  readonly epoch: number;
  readonly parts: number;
  readonly saved: Saved;
}

export class Journal {
  readonly #storage: DurableObjectStorage;
  #epoch = 0;
  #parts = 0;
  #rows = 0;
  #bytes = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql("CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
    this.#sql(
      "CREATE TABLE IF NOT EXISTS batches (row INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, " +
        "received INTEGER NOT NULL, id TEXT NOT NULL, encoding TEXT NOT NULL, body BLOB NOT NULL)",
    );
  }

  /** @throws Error if a later version of this package wrote what is stored. */
  load(shard: Shard): void {
    const [first, ...rest] = this.#sql("SELECT data FROM snapshot ORDER BY part").map(({ data }) => data);
    if (first) {
      const head = parse<Head>([first as ArrayBuffer]);
      if (head.version !== VERSION) throw new Error(`pushmeter: stored in version ${head.version}`);
      this.#epoch = head.epoch;
      this.#parts = head.parts;
      shard.restore(head.saved, parse<SavedEntry[]>(rest as ArrayBuffer[]));
    }
    const query = "SELECT row, received, id, encoding, body FROM batches WHERE epoch = ? ORDER BY row";
    for (const { row, received, id, encoding, body } of this.#sql(query, this.#epoch)) {
      const [batch] = decode(encoding as Encoding, new Uint8Array(body as ArrayBuffer));
      const { id: batchId, target } = JSON.parse(id as string);
      shard.target ??= target;
      if (batch) shard.merge(batchId as BatchId, batch, received as number);
      this.#rows = (row as number) + 1;
      this.#bytes += (body as ArrayBuffer).byteLength;
    }
  }

  /** Stores a batch; it is durable before any answer leaves the object. */
  append({ id, target, encoding, body }: Message, received: number): void {
    this.#sql(
      "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?)",
      this.#rows,
      this.#epoch,
      received,
      JSON.stringify({ id, target }),
      encoding,
      body,
    );
    this.#rows++;
    this.#bytes += body.byteLength;
  }

  /** So many batches have come that a restart would take long. */
  get isFull(): boolean {
    return this.#rows >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  /** Stores the shard, and with it all batches so far. */
  save(shard: Shard): void {
    this.#storage.transactionSync(() => {
      if (shard.dirty) {
        const blobs = cut(shard.totals.save());
        for (const [i, blob] of blobs.entries()) this.#put(i + 1, blob);
        if (this.#parts > blobs.length) this.#sql("DELETE FROM snapshot WHERE part > ?", blobs.length);
        this.#parts = blobs.length;
        this.#epoch++;
      }
      const head: Head = { version: VERSION, epoch: this.#epoch, parts: this.#parts, saved: shard.save() };
      this.#put(0, encoder.encode(JSON.stringify(head)));
    });
    if (!shard.dirty) return;
    shard.dirty = false;
    this.#rows = 0;
    this.#bytes = 0;
  }

  #put(part: number, data: Uint8Array): void {
    this.#sql("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", part, data);
  }

  #sql(query: string, ...bindings: unknown[]): Record<string, unknown>[] {
    return this.#storage.sql.exec(query, ...bindings).toArray();
  }
}

const encoder = new TextEncoder();

function cut(value: unknown): Uint8Array[] {
  const bytes = encoder.encode(JSON.stringify(value));
  const blobs: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LARGEST_BLOB) blobs.push(bytes.slice(at, at + LARGEST_BLOB));
  return blobs;
}

function parse<T>(blobs: readonly ArrayBuffer[]): T {
  const decoder = new TextDecoder();
  const text = blobs.map((blob) => decoder.decode(blob, { stream: true })).join("") + decoder.decode();
  return JSON.parse(text) as T;
}
