/**
 * A shard's way into its store and back. Batches that come together share a row; a snapshot takes the place of all
 * rows before it. However many series there are, a batch costs one row at most.
 */
import type { Message } from "./message.ts";
import { decode } from "./otlp.ts";
import type { SavedHead, SavedRecord, Shard } from "./shard.ts";
import { LARGEST_VALUE, type Row, type Store, type Stored } from "./store.ts";

/** Of the stored form. */
const VERSION = 2;
/** Rows, and bytes in them, after which a snapshot is due even between heartbeats. */
const MOST_ROWS = 20_000;
const MOST_BYTES = 16_000_000;

/** What is stored beside a body. */
interface Meta extends Omit<Message, "version" | "body"> {
  readonly received: number;
  readonly length: number;
}

interface Head extends SavedHead {
  readonly version: number;
}

/** Batches of one row to be. */
interface Pending {
  readonly metas: Meta[];
  readonly bodies: Uint8Array[];
  bytes: number;
}

export class Journal {
  readonly #store: Store;
  #rows = 0;
  #bytes = 0;
  #pending: Pending[] = [];

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws Error if a later version of this package wrote what is stored. */
  restore(shard: Shard, { head, parts, rows }: Stored): void {
    if (head !== undefined) {
      const saved = JSON.parse(head) as Head;
      if (saved.version !== VERSION) throw new Error(`pushmeter: stored in version ${saved.version}`);
      shard.restore(saved, unpack<SavedRecord>(parts));
    }
    for (const { metas, bodies } of rows) {
      let at = 0;
      for (const { id, target, encoding, received, length } of JSON.parse(metas) as Meta[]) {
        const [batch] = decode(encoding, bodies.subarray(at, at + length));
        shard.target ??= target;
        if (batch) shard.merge(id, batch, received);
        at += length;
      }
      this.#rows++;
      this.#bytes += at;
    }
  }

  /** A batch to be stored by the next `flush` or `save`. */
  append({ id, target, encoding, body }: Message, received: number): void {
    const length = body.byteLength;
    let last = this.#pending.at(-1);
    if (!last || last.bytes + length > LARGEST_VALUE) {
      last = { metas: [], bodies: [], bytes: 0 };
      this.#pending.push(last);
    }
    last.metas.push({ id, target, encoding, received, length });
    last.bodies.push(body);
    last.bytes += length;
  }

  /** Stores what was appended, in as few rows as it fits into. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const one of pending) {
      this.#rows++;
      this.#bytes += one.bytes;
      await this.#store.append(rowOf(one));
    }
  }

  /** So many batches have come that a restart would take long. */
  get isFull(): boolean {
    return this.#rows >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  /** Stores the shard, and with it all batches so far. */
  async save(shard: Shard): Promise<void> {
    const head = JSON.stringify({ version: VERSION, ...shard.saveHead() } satisfies Head);
    if (!shard.dirty) {
      await this.#store.save(head);
      return;
    }
    shard.dirty = false;
    this.#pending = [];
    this.#rows = 0;
    this.#bytes = 0;
    await this.#store.save(head, pack(shard.records()));
  }
}

function rowOf({ metas, bodies, bytes }: Pending): Row {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const body of bodies) {
    all.set(body, at);
    at += body.byteLength;
  }
  return { metas: JSON.stringify(metas), bodies: all };
}

/** JSON lines in parts that fit into a stored value. One part at a time is in memory. */
function* pack(records: Iterable<unknown>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(LARGEST_VALUE);
  let at = 0;
  for (const record of records) {
    const line = `${JSON.stringify(record)}\n`;
    let { read, written } = encoder.encodeInto(line, buffer.subarray(at));
    if (read < line.length) {
      yield buffer.slice(0, at);
      at = 0;
      ({ read, written } = encoder.encodeInto(line, buffer));
      if (read < line.length) throw new Error("pushmeter: a record is larger than a stored value");
    }
    at += written;
  }
  if (at) yield buffer.slice(0, at);
}

function* unpack<T>(parts: readonly Uint8Array[]): Generator<T> {
  for (const part of parts) {
    for (const line of new TextDecoder().decode(part).split("\n")) if (line) yield JSON.parse(line) as T;
  }
}
