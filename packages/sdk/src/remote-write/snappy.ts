/**
 * Compresses into snappy's block format: https://github.com/google/snappy/blob/main/format_description.txt
 * Written here because a Worker's bundle counts every kilobyte; any snappy reader understands the result.
 */
const HASH_BITS = 14;
/** With four bytes, short copies stand in the way of long ones. */
const HASHED = 7;
const SHORTEST = 4;
/** What a copy ends with often begins the next; to remember all of a long one would take its time. */
const REMEMBERED = 32;
/** A copy reaches back at most 2^16 − 1 bytes. */
const REACH = 0xffff;

export function snappy(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const end = input.length;
  const output = new Uint8Array(32 + end + Math.ceil(end / 6));
  let out = varint(output, end);
  /** Where bytes of this hash were last seen, plus one. */
  const seen = new Int32Array(1 << HASH_BITS);
  const view = new DataView(input.buffer, input.byteOffset, end);

  let from = 0;
  const literal = (to: number) => {
    if (to > from) {
      const n = to - from - 1;
      if (n < 60) output[out++] = n << 2;
      else {
        // Lengths of one to four bytes are possible; a long literal does not mind three spare ones.
        output[out++] = 63 << 2;
        for (let shift = 0; shift < 32; shift += 8) output[out++] = n >>> shift;
      }
      output.set(input.subarray(from, to), out);
      out += to - from;
    }
  };

  for (let i = 0; i + HASHED <= end; i++) {
    const hash =
      Math.imul(view.getInt32(i) ^ Math.imul(view.getInt32(i + 3), 0x9e3779b1), 0x1e35a7bd) >>>
      (32 - HASH_BITS);
    const match = (seen[hash] as number) - 1;
    seen[hash] = i + 1;
    const offset = i - match;
    if (i < from || match < 0 || offset > REACH) continue;
    let length = 0;
    while (i + length < end && input[match + length] === input[i + length]) length++;
    if (length < SHORTEST) continue;
    literal(i);
    from = i + length;
    for (; length > 0; length -= 64) {
      // Shorter copies have a form that saves a byte and costs more in a bundle than on the wire.
      output[out++] = 2 | ((Math.min(length, 64) - 1) << 2);
      output[out++] = offset;
      output[out++] = offset >> 8;
    }
    i = Math.max(i, from - REMEMBERED);
  }
  literal(end);
  return output.subarray(0, out);
}

function varint(output: Uint8Array, value: number): number {
  let out = 0;
  for (; value > 0x7f; value >>>= 7) output[out++] = value | 0x80;
  output[out++] = value;
  return out;
}
