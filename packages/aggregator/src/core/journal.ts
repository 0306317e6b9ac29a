/**
 * A shard's way into its store and back. Everything that changes the shard is in a row, in the order in which it
 * happened, so that a restart makes the same changes again; a snapshot takes the place of all rows before it.
 */
import type { Message } from "./message.ts";
import { Decoder } from "./otlp.ts";
import type { OwnPoint } from "./own-metrics.ts";
import type { SavedRecord, Shard, ShardState } from "./shard.ts";
import { LARGEST_VALUE, type Row, type Store, type Stored } from "./store.ts";

/** Of the stored form. */
const VERSION = 2;
/** Rows, and bytes in them, after which a snapshot is due: a restart reads them again. */
const MOST_ROWS = 2_000;
const MOST_BYTES = 8_000_000;

/** What is stored beside a body. */
interface BatchEntry extends Omit<Message, "version" | "target" | "body"> {
  /** Of the shard: all batches have the same, and the first of each row tells it. */
  readonly target?: Message["target"];
  readonly received: number;
  readonly length: number;
}

/** What a heartbeat did to the shard. */
export interface HeartbeatEntry {
  readonly state: ShardState;
  /** Series with ids in this range were about to be pushed … */
  readonly sent?: readonly [from: number, to: number];
  /** … except for these. */
  readonly except?: readonly number[];
  /** Series whose zero has been pushed, if nothing else has. */
  readonly zeros?: readonly number[];
  /** Series that have been forgotten. */
  readonly removed?: readonly number[];
}

type Entry = BatchEntry | HeartbeatEntry | { readonly counted: OwnPoint[] };

/** A row to be. */
interface Pending {
  readonly entries: Entry[];
  readonly bodies: Uint8Array[];
  bytes: number;
}

export class Journal {
  readonly #store: Store;
  readonly #shard: Shard;
  readonly #decoder: Decoder;
  #rows = 0;
  #bytes = 0;
  #pending: Pending[] = [];
  /** A write under way, whatever becomes of it. */
  #writing: Promise<void> | undefined;
  #isBroken = false;

  constructor(store: Store, shard: Shard, decoder = new Decoder()) {
    this.#store = store;
    this.#shard = shard;
    this.#decoder = decoder;
    shard.onCount = (point) => this.#count(point);
  }

  /**
   * Restores the shard. Returns the rows of which something could not be read.
   *
   * @throws Error if a later version of this package wrote the snapshot.
   */
  restore({ parts, rows }: Stored): Row[] {
    for (const record of unpack<SavedRecord | { version: number }>(parts)) {
      if (!("version" in record)) this.#shard.restore(record);
      else if (record.version !== VERSION) throw new Error(`pushmeter: stored in version ${record.version}`);
    }
    const damaged: Row[] = [];
    for (const row of rows) {
      if (!this.#replay(row)) damaged.push(row);
      this.#rows++;
      this.#bytes += row.bodies.length;
    }
    return damaged;
  }

  /** A batch to be stored by the next `flush` or `save`. */
  append({ id, target, encoding, body }: Message, received: number): void {
    const { length } = body;
    const row = this.#rowFor(length);
    row.entries.push({ id, ...(!row.bodies.length && { target }), encoding, received, length });
    row.bodies.push(body);
    row.bytes += length;
  }

  /** What a heartbeat did, to be stored by the next `flush` or `save`. */
  note(entry: HeartbeatEntry): void {
    this.#rowFor(0).entries.push(entry);
  }

  /** Stores what was appended, in as few rows as it fits into. */
  async flush(): Promise<void> {
    await this.#write(() => {
      const pending = this.#pending;
      if (!pending.length) return;
      this.#pending = [];
      this.#rows += pending.length;
      for (const { bytes } of pending) this.#bytes += bytes;
      return this.#store.append(pending.map(rowOf));
    });
  }

  /** A restart would take long. */
  get isFull(): boolean {
    return this.#rows >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  /** Stores the whole shard in place of all rows. */
  async save(): Promise<void> {
    await this.#write(() => {
      this.#pending = [];
      this.#rows = 0;
      this.#bytes = 0;
      return this.#store.save(pack([{ version: VERSION }], this.#shard.records()));
    });
  }

  /** One after the other: rows keep the order in which things happened. At once if nothing is being written. */
  async #write(write: () => void | Promise<void>): Promise<void> {
    while (this.#writing) await this.#writing;
    // Rows behind one that is missing would be read as if nothing were.
    if (this.#isBroken) throw new Error("pushmeter: an earlier write failed");
    const written = write();
    if (!written) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#writing = promise;
    try {
      await written;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    } finally {
      this.#writing = undefined;
      resolve();
    }
  }

  /** In its place among batches: the order in which series are made decides about their ids. */
  #count(point: OwnPoint): void {
    const last = this.#pending.at(-1)?.entries.at(-1);
    if (last && "counted" in last) last.counted.push(point);
    else this.#rowFor(0).entries.push({ counted: [point] });
  }

  /** The last row, or a new one if so many bytes do not fit into it. */
  #rowFor(bytes: number): Pending {
    const last = this.#pending.at(-1);
    if (last && last.bytes + bytes <= LARGEST_VALUE) return last;
    const row: Pending = { entries: [], bodies: [], bytes: 0 };
    this.#pending.push(row);
    return row;
  }

  /** Returns whether everything in it could be read. */
  #replay({ entries, bodies }: Row): boolean {
    const shard = this.#shard;
    let at = 0;
    let isWhole = true;
    let all: Entry[];
    try {
      all = JSON.parse(entries);
    } catch {
      return false;
    }
    for (const entry of all) {
      if ("state" in entry) {
        shard.state = entry.state;
        if (entry.sent) shard.markSent(entry.sent, new Set(entry.except));
        if (entry.zeros) shard.markZeros(entry.zeros);
        if (entry.removed) shard.series.remove(new Set(entry.removed));
      } else if ("counted" in entry) shard.replay(entry.counted);
      else {
        const { id, target, encoding, received, length } = entry;
        try {
          shard.target ??= target;
          const [batch] = this.#decoder.decode(encoding, bodies.subarray(at, at + length));
          if (batch) shard.merge(id, batch, received);
        } catch {
          isWhole = false;
        }
        at += length;
      }
    }
    return isWhole;
  }
}

function rowOf({ entries, bodies, bytes }: Pending): Row {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const body of bodies) {
    all.set(body, at);
    at += body.length;
  }
  return { entries: JSON.stringify(entries), bodies: all };
}

/** JSON lines in parts that fit into a stored value. One part at a time is in memory. */
function* pack(...all: Iterable<unknown>[]): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let buffer = new Uint8Array(FIRST_BUFFER);
  let at = 0;
  for (const records of all) {
    for (const record of records) {
      const line = `${JSON.stringify(record)}\n`;
      // A character of a string becomes three bytes at most.
      if (at + 3 * line.length > buffer.length && buffer.length < LARGEST_VALUE) {
        const larger = new Uint8Array(Math.min(LARGEST_VALUE, 4 * (at + line.length)));
        larger.set(buffer.subarray(0, at));
        buffer = larger;
      }
      let { read, written } = encoder.encodeInto(line, buffer.subarray(at));
      if (read < line.length) {
        yield buffer.slice(0, at);
        at = 0;
        ({ read, written } = encoder.encodeInto(line, buffer));
        if (read < line.length) throw new Error("pushmeter: a record is larger than a stored value");
      }
      at += written;
    }
  }
  if (at) yield buffer.slice(0, at);
}

const FIRST_BUFFER = 16_384;

function* unpack<T>(parts: readonly Uint8Array[]): Generator<T> {
  for (const part of parts) {
    for (const line of new TextDecoder().decode(part).split("\n")) if (line) yield JSON.parse(line) as T;
  }
}
