/**
 * The part of protobuf that remote write needs, written byte by byte: the wire format's own library is larger
 * than everything else here. Format: https://protobuf.dev/programming-guides/encoding/
 */
const utf8 = new TextEncoder();

/** A growing buffer of protobuf fields. */
export class Writer {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** A field with a length: a string's or a message's bytes. */
  bytes(field: number, value: Uint8Array): this {
    return this.varint((field << 3) | 2)
      .varint(value.length)
      .raw(value);
  }

  string(field: number, value: string): this {
    const { length } = value;
    // Nearly all are short and ASCII: the platform's encoder costs ten times what a loop does.
    if (length > 127) return this.bytes(field, utf8.encode(value));
    this.#reserve(length + 12);
    const start = this.#length;
    this.varint((field << 3) | 2).varint(length);
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        this.#length = start;
        return this.bytes(field, utf8.encode(value));
      }
      this.#bytes[this.#length++] = code;
    }
    return this;
  }

  double(field: number, value: number): this {
    this.varint((field << 3) | 1);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  /** A non-negative integer up to 2^53: times in milliseconds fit, as do counts. */
  int64(field: number, value: number): this {
    return this.varint(field << 3).varint(value);
  }

  /** Fields that were encoded before. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** What was written; the buffer is shared until the next write. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): this {
    this.#length = 0;
    return this;
  }

  /** One of a packed field's values. */
  varint(value: number): this {
    this.#reserve(10);
    let rest = value;
    // Four bytes at a time: a division of floats costs more than shifts.
    for (; rest >= 2 ** 28; rest = Math.floor(rest / 2 ** 28)) {
      for (let low = rest % 2 ** 28, n = 0; n < 4; n++, low >>>= 7) this.#bytes[this.#length++] = low | 0x80;
    }
    for (; rest > 0x7f; rest >>>= 7) this.#bytes[this.#length++] = rest | 0x80;
    this.#bytes[this.#length++] = rest;
    return this;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
