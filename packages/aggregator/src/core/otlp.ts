/** Both encodings of OTLP's metrics. */
import type { Batch } from "./model.ts";
import { decodeJson, splitJson } from "./otlp-json.ts";
import { decodeProtobuf, splitProtobuf } from "./otlp-protobuf.ts";

export type Encoding = "json" | "protobuf";

/** One batch for each resource. @throws BadInput if the bytes are no ExportMetricsServiceRequest of deltas. */
export function decode(encoding: Encoding, body: Uint8Array): Batch[] {
  return encoding === "json" ? decodeJson(body) : decodeProtobuf(body);
}

/** A request that `decode` accepts, cut into one for each resource. */
export function split(encoding: Encoding, body: Uint8Array): Uint8Array<ArrayBuffer>[] {
  return encoding === "json" ? splitJson(body) : splitProtobuf(body);
}
