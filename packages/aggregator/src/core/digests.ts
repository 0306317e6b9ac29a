/** Bodies without a number that came lately, by their hash: the same body again is a repetition. */

/** A sender repeats a body for some minutes at most: OpenTelemetry's Collector for five. */
const LONGEST_REPEAT = 600_000;
const SLOT = 10_000;
/** 16 bytes each, and as much again when they are saved. */
const MOST = 200_000;
/** Hexadecimal digits of a hash that fit into a number exactly: 52 bits. */
const DIGITS = 13;

export type SavedDigests = readonly [slot: number, hashes: readonly number[]];

export class Digests {
  /** By the ten seconds in which they came, oldest first. */
  readonly #slots = new Map<number, Set<number>>();
  #size = 0;

  has(digest: string): boolean {
    const hash = hashOf(digest);
    for (const hashes of this.#slots.values()) if (hashes.has(hash)) return true;
    return false;
  }

  /** Adds one; returns how many had to go for it before their time. */
  add(digest: string, now: number): number {
    const slot = Math.floor(now / SLOT);
    const hashes = this.#slots.get(slot) ?? new Set();
    this.#slots.set(slot, hashes);
    hashes.add(hashOf(digest));
    this.#size++;
    let evicted = 0;
    for (const [old, { size }] of this.#slots) {
      const isOld = (old + 1) * SLOT <= now - LONGEST_REPEAT;
      if ((this.#size <= MOST && !isOld) || old === slot) break;
      if (!isOld) evicted += size;
      this.#size -= size;
      this.#slots.delete(old);
    }
    return evicted;
  }

  *save(): Generator<SavedDigests> {
    for (const [slot, hashes] of this.#slots) {
      const all = [...hashes];
      for (let at = 0; at < all.length; at += 10_000) yield [slot, all.slice(at, at + 10_000)];
    }
  }

  restore([slot, saved]: SavedDigests): void {
    const hashes = this.#slots.get(slot) ?? new Set();
    this.#slots.set(slot, hashes);
    for (const hash of saved) hashes.add(hash);
    this.#size += saved.length;
  }
}

function hashOf(digest: string): number {
  return Number.parseInt(digest.slice(0, DIGITS), 16);
}
