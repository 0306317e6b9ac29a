/** Answers as OTLP/HTTP wants them: in the encoding of the request, points that are left out as a partial success. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { OtlpEncoding } from "./core/otlp.ts";

const CONTENT_TYPES = { json: "application/json", protobuf: "application/x-protobuf" };

/** An ExportMetricsServiceResponse. @param rejected - points that will never be stored, by reason. */
export function accepted(encoding: OtlpEncoding, rejected: ReadonlyMap<string, number>): Response {
  let points = 0;
  for (const n of rejected.values()) points += n;
  const message = Array.from(rejected, ([reason, n]) => `${reason}: ${n}`).join(", ");
  if (encoding === "json") {
    const partialSuccess = { rejectedDataPoints: `${points}`, errorMessage: message };
    return answer(encoding, 200, JSON.stringify(points ? { partialSuccess } : {}));
  }
  const writer = new BinaryWriter();
  if (points) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int64(points).tag(2, WireType.LengthDelimited).string(message).join();
  }
  return answer(encoding, 200, writer.finish());
}

/** A google.rpc.Status with the reason. */
export function refusal(encoding: OtlpEncoding, status: number, message: string): Response {
  const body =
    encoding === "json"
      ? JSON.stringify({ message })
      : new BinaryWriter().tag(2, WireType.LengthDelimited).string(message).finish();
  return answer(encoding, status, body);
}

function answer(encoding: OtlpEncoding, status: number, body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, { status, headers: { "content-type": CONTENT_TYPES[encoding] } });
}
