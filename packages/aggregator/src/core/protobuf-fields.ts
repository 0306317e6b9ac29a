/** Fields of nested protobuf messages, read by one reader in one go. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { BadInput } from "./model.ts";

/** Reads the field with this number, or returns false for one that it does not know. */
export type ReadField = (no: number) => unknown;

export class ProtobufFields {
  readonly #reader: BinaryReader;
  #type = WireType.Varint;
  /** Where the field that is being read begins. */
  start = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new BinaryReader(bytes);
  }

  /** Where the next byte is read. */
  get position(): number {
    return this.#reader.pos;
  }

  /** Goes back, or ahead, to a field. */
  set position(position: number) {
    this.#reader.pos = position;
  }

  /** Reads fields up to `end`. */
  readTo(end: number, field: ReadField): void {
    const reader = this.#reader;
    while (reader.pos < end) {
      this.start = reader.pos;
      const [no, type] = reader.tag();
      this.#type = type;
      if (field(no) === false) reader.skip(type, no);
    }
    if (reader.pos !== end)
      throw new BadInput("the body is not OTLP: a message is longer than what holds it");
  }

  /** Reads the fields of a message. */
  message(field: ReadField): void {
    this.readTo(this.end(), field);
  }

  /** Where the bytes of this field end, a message's or a packed list's; those come next. */
  end(): number {
    this.#expect(WireType.LengthDelimited);
    const length = this.#reader.uint32();
    const end = this.#reader.pos + length;
    if (end > this.#reader.len) throw new BadInput("the body is not OTLP: it ends too early");
    return end;
  }

  bytes(): Uint8Array {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.bytes();
  }

  text(): string {
    this.#expect(WireType.LengthDelimited);
    return this.#reader.string();
  }

  double(): number {
    this.#expect(WireType.Bit64);
    return this.#reader.double();
  }

  /** An unsigned integer of 64 bits: the high and the low half. */
  fixed64(): readonly [high: number, low: number] {
    this.#expect(WireType.Bit64);
    const low = this.#reader.fixed32();
    return [this.#reader.fixed32(), low];
  }

  /** Whole milliseconds of a time in nanoseconds, exactly: nanoseconds since the epoch do not fit into a number. */
  milliseconds(): number {
    const [high, low] = this.fixed64();
    // 2^32 = 4294 × 10^6 + 967296.
    return high * 4294 + Math.floor((high * 967_296 + low) / 1e6);
  }

  /** A time in nanoseconds, as exactly as a number holds it. */
  nanoseconds(): number {
    const [high, low] = this.fixed64();
    return high * 2 ** 32 + low;
  }

  /** An integer of 64 bits, rounded to what a number holds. */
  sfixed64(): number {
    this.#expect(WireType.Bit64);
    const low = this.#reader.fixed32();
    return this.#reader.sfixed32() * 2 ** 32 + low;
  }

  /** A number of events, in eight bytes. */
  count(): number {
    const [high, low] = this.fixed64();
    return safe(high * 2 ** 32 + low);
  }

  /** A number of events, as a varint. */
  varintCount(): number {
    this.#expect(WireType.Varint);
    return safe(Number(this.#reader.uint64()));
  }

  int64(): number {
    this.#expect(WireType.Varint);
    return Number(this.#reader.int64());
  }

  uint32(): number {
    this.#expect(WireType.Varint);
    return this.#reader.uint32();
  }

  sint32(): number {
    this.#expect(WireType.Varint);
    return this.#reader.sint32();
  }

  bool(): boolean {
    this.#expect(WireType.Varint);
    return this.#reader.bool();
  }

  /** Numbers, packed as all senders do, or one by one as any reader has to accept. */
  repeated(type: WireType, values: number[], read: () => number): void {
    if (this.#type !== WireType.LengthDelimited) {
      values.push(read());
      return;
    }
    const end = this.end();
    this.#type = type;
    while (this.#reader.pos < end) values.push(read());
    if (this.#reader.pos !== end) throw new BadInput("the body is not OTLP: a list ends within a number");
  }

  /** A field of another wire type is another message altogether. */
  #expect(type: WireType): void {
    if (this.#type === type) return;
    throw new BadInput(`the body is not OTLP: wire type ${this.#type} instead of ${type}`);
  }
}

function safe(count: number): number {
  if (!Number.isSafeInteger(count)) throw new BadInput("a count is out of range");
  return count;
}
