/** The encodings of a batch: both of OTLP, and pushmeter's own between Worker and object. */
import type { Attributes } from "@opentelemetry/api";
import { ByteCache } from "./byte-cache.ts";
import { decodeCompact } from "./compact.ts";
import type { Batch } from "./model.ts";
import { decodeJson, jsonResources, splitJson } from "./otlp-json.ts";
import { decodeProtobuf, protobufResources, splitProtobuf } from "./otlp-protobuf.ts";
import type { AttributeSet } from "./points.ts";

export type OtlpEncoding = "json" | "protobuf";
export type Encoding = OtlpEncoding | "compact";

/** Decodes many bodies, and remembers of each what the next is likely to repeat. */
export class Decoder {
  readonly #attributes = new ByteCache<AttributeSet>();

  /** One batch for each resource. @throws BadInput if the bytes are not in this encoding. */
  decode(encoding: Encoding, body: Uint8Array): Batch[] {
    if (encoding === "protobuf") return decodeProtobuf(body, this.#attributes);
    return encoding === "json" ? decodeJson(body) : decodeCompact(body);
  }
}

/** One batch for each resource. @throws BadInput if the bytes are not in this encoding. */
export function decode(encoding: Encoding, body: Uint8Array): Batch[] {
  return new Decoder().decode(encoding, body);
}

/** The resources of a request, which may be wrong in everything else. @throws BadInput if they cannot be found. */
export function resourcesOf(encoding: OtlpEncoding, body: Uint8Array): Attributes[] {
  return encoding === "json" ? jsonResources(body) : protobufResources(body);
}

/** A request of which `resourcesOf` finds the resources, cut into one for each. */
export function split(encoding: OtlpEncoding, body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return encoding === "json" ? splitJson(body) : splitProtobuf(body);
}
