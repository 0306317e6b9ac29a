import type { RawExemplar } from "./exemplars.ts";
import { readAttribute } from "./protobuf-attributes.ts";
import type { ProtobufFields } from "./protobuf-fields.ts";

/** OTLP's Exemplar, which comes next. */
export function readExemplar(fields: ProtobufFields): RawExemplar {
  const exemplar: RawExemplar = { attributes: {}, traceId: "", spanId: "", value: Number.NaN, time: 0 };
  fields.message((no) => {
    if (no === 2) exemplar.time = fields.milliseconds();
    else if (no === 3) exemplar.value = fields.double();
    else if (no === 4) exemplar.spanId = hex(fields.bytes());
    else if (no === 5) exemplar.traceId = hex(fields.bytes());
    else if (no === 6) exemplar.value = fields.sfixed64();
    else if (no === 7) readAttribute(fields, exemplar.attributes);
    else return false;
  });
  return exemplar;
}

/** Of an id: 16 bytes at most. */
function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
