/**
 * A shard in SQLite storage: a snapshot in few blobs, and the batches that came since, a row for those that came
 * at once. However many series there are, a batch costs one row at most; a beat folds the rows into a new snapshot. Rows are overwritten
 * rather than deleted, for a deletion is billed as a write too: their epoch tells the old ones.
 */
import type { DurableObjectStorage } from "cloudflare:workers";
import { decode } from "./core/otlp.ts";
import type { Saved, Shard } from "./core/shard.ts";
import type { SavedEntry } from "./core/totals.ts";
import type { Message } from "./message.ts";

/** Of the stored form. */
const VERSION = 1;
/** Below the 2 MB that one value may have. */
const LARGEST_BLOB = 1_900_000;
/** Batches, and bytes of them, after which a snapshot is due even between beats. */
const MOST_ROWS = 20_000;
const MOST_BYTES = 16_000_000;

/** What stands beside a stored body. */
interface Meta extends Omit<Message, "version" | "body"> {
  readonly received: number;
  readonly length: number;
}

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
  #pending: { readonly meta: Meta; readonly body: Uint8Array }[] = [];
  #pendingBytes = 0;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql("CREATE TABLE IF NOT EXISTS snapshot (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
    this.#sql(
      "CREATE TABLE IF NOT EXISTS batches (row INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, " +
        "metas TEXT NOT NULL, bodies BLOB NOT NULL)",
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
    const query = "SELECT row, metas, bodies FROM batches WHERE epoch = ? ORDER BY row";
    for (const { row, metas, bodies } of this.#sql(query, this.#epoch)) {
      let at = 0;
      for (const { id, target, encoding, received, length } of JSON.parse(metas as string) as Meta[]) {
        const body = new Uint8Array(bodies as ArrayBuffer, at, length);
        const [batch] = decode(encoding, body);
        shard.target ??= target;
        if (batch) shard.merge(id, batch, received);
        at += length;
      }
      this.#rows = (row as number) + 1;
      this.#bytes += at;
    }
  }

  /** A batch to be stored by the next `flush` or `save`. */
  append({ id, target, encoding, body }: Message, received: number): void {
    const length = body.byteLength;
    if (this.#pendingBytes + length > LARGEST_BLOB) this.flush();
    this.#pending.push({ meta: { id, target, encoding, received, length }, body });
    this.#pendingBytes += length;
  }

  /** Stores what was appended, in one row; it is durable before any answer leaves the object. */
  flush(): void {
    const pending = this.#pending;
    if (!pending.length) return;
    const bodies = new Uint8Array(this.#pendingBytes);
    let at = 0;
    for (const { body } of pending) {
      bodies.set(body, at);
      at += body.byteLength;
    }
    const metas = JSON.stringify(pending.map(({ meta }) => meta));
    this.#forget();
    const query = "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?)";
    this.#sql(query, this.#rows, this.#epoch, metas, bodies);
    this.#rows++;
    this.#bytes += at;
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
    this.#forget();
    this.#rows = 0;
    this.#bytes = 0;
  }

  #forget(): void {
    this.#pending = [];
    this.#pendingBytes = 0;
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
