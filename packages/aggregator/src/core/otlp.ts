/** The encodings of a batch: both of OTLP, and pushmeter's own between Worker and object. */
import { decodeCompact } from "./compact.ts";
import type { Batch } from "./model.ts";
import { decodeJson, splitJson } from "./otlp-json.ts";
import { decodeProtobuf, splitProtobuf } from "./otlp-protobuf.ts";

export type OtlpEncoding = "json" | "protobuf";
export type Encoding = OtlpEncoding | "compact";

const DECODERS = { json: decodeJson, protobuf: decodeProtobuf, compact: decodeCompact };

/** One batch for each resource. @throws BadInput if the bytes are in no known encoding. */
export function decode(encoding: Encoding, body: Uint8Array): Batch[] {
  return DECODERS[encoding](body);
}

/** A request that `decode` accepts, cut into one for each resource. */
export function split(encoding: OtlpEncoding, body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return encoding === "json" ? splitJson(body) : splitProtobuf(body);
}
