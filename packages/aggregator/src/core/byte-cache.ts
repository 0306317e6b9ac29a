/** What bytes decode to. Most of a body repeats what other bodies said: finding it costs less than decoding it. */

/** Entries, after which all are forgotten; longer ranges are not remembered. */
const MOST = 4_096;
const LONGEST = 1_024;

interface Entry<T> {
  readonly bytes: Uint8Array;
  readonly value: T;
}

export class ByteCache<T> {
  /** By hash: the last of those that share one. */
  readonly #entries = new Map<number, Entry<T>>();

  /** What `decode` returned for the same bytes earlier, or returns now. */
  get(body: Uint8Array, from: number, to: number, decode: () => T): T {
    if (to - from > LONGEST) return decode();
    const hash = hashOf(body, from, to);
    const known = this.#entries.get(hash);
    if (known && isAt(body, from, to, known.bytes)) return known.value;
    const value = decode();
    if (this.#entries.size >= MOST) this.#entries.clear();
    this.#entries.set(hash, { bytes: body.slice(from, to), value });
    return value;
  }
}

/** As FNV-1a, but four bytes at a time. */
function hashOf(body: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5 ^ (to - from);
  const at = (i: number) => body[i] as number;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    hash = Math.imul(hash ^ (at(i) | (at(i + 1) << 8) | (at(i + 2) << 16) | (at(i + 3) << 24)), 0x01000193);
  }
  for (; i < to; i++) hash = Math.imul(hash ^ at(i), 0x01000193);
  return hash;
}

function isAt(body: Uint8Array, from: number, to: number, bytes: Uint8Array): boolean {
  if (bytes.length !== to - from) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== body[from + i]) return false;
  return true;
}
