/** The HTTPS way to the objects: for Lambda, and for any OTLP sender in any language. */

import type { AggregatorBinding } from "./binding.ts";
import { type Reply, VERSION } from "./core/message.ts";
import { BadInput, type Batch, jobOf } from "./core/model.ts";
import { decode, type OtlpEncoding, split } from "./core/otlp.ts";
import type { BatchId } from "./core/shard.ts";
import { isAllowed, Refusal, readBody } from "./http.ts";
import { accepted, refusal } from "./otlp-answer.ts";
import { checkShards, shardName, shardOf, stubOf, targetOf } from "./shards.ts";

export interface IngestOptions {
  /** Asked of every request as `Authorization: Bearer <token>`. */
  readonly token: string | undefined;
  /** The same number as in `aggregator(…)`. Default 1. */
  readonly shards?: number | undefined;
  /** Bytes of a body, inflated. Default and at most 1,900,000: what one stored value holds. */
  readonly limit?: number | undefined;
}

const LIMIT = 1_900_000;
const ENCODINGS: Readonly<Record<string, OtlpEncoding>> = {
  "application/json": "json",
  "application/x-protobuf": "protobuf",
};

/**
 * Answers `POST /v1/metrics` (OTLP/HTTP, JSON or protobuf, deltas) and `GET /status?service=<job>`. A sender that
 * names its batches in `Idempotency-Key: "<instance>/<seq>"` is counted exactly once; of any other, the same body
 * within ten minutes is a repetition.
 *
 * @example
 * ```ts
 * export { Aggregator } from "@pushmeter/aggregator";
 * export default {
 *   fetch: (request, env) => ingest(request, env.PUSHMETER, { token: env.PUSHMETER_TOKEN, shards: 4 }),
 * };
 * ```
 * @throws TypeError if there is no token, or for an option that is unusable.
 */
export async function ingest(
  request: Request,
  binding: AggregatorBinding,
  { token, shards = 1, limit = LIMIT }: IngestOptions,
): Promise<Response> {
  if (typeof token !== "string" || !token) throw new TypeError("pushmeter: ingest needs a token");
  if (!(limit >= 1 && limit <= LIMIT))
    throw new TypeError(`pushmeter: ingest limit must be 1 to ${LIMIT} bytes`);
  checkShards(shards);
  let encoding: OtlpEncoding = "json";
  try {
    if (!(await isAllowed(request, token))) throw new Refusal(401, "a valid bearer token is needed");
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/status") return await status(request, binding, shards, searchParams.get("service"));
    if (pathname !== "/v1/metrics") throw new Refusal(404, "there are POST /v1/metrics and GET /status");
    if (request.method !== "POST") throw new Refusal(405, "metrics are sent with POST");
    encoding = encodingOf(request);
    return await store(request, binding, shards, encoding, await readBody(request, limit));
  } catch (error) {
    // A body that is neither read nor cancelled holds its connection.
    if (request.body && !request.bodyUsed) await request.body.cancel();
    if (error instanceof Refusal) return refusal(encoding, error.status, error.message);
    if (error instanceof BadInput) return refusal(encoding, 400, error.message);
    // The object could not be reached, or not all of it was stored: the sender keeps the batch and repeats it.
    return refusal(encoding, 503, "not stored, send it again");
  }
}

async function store(
  request: Request,
  binding: AggregatorBinding,
  shards: number,
  encoding: OtlpEncoding,
  body: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const batches = decode(encoding, body);
  const parts = batches.length === 1 ? [body] : split(encoding, body);
  const key = batches.length === 1 ? batchKey(request) : undefined;
  const replies = await Promise.all(
    batches.map(async (batch, i): Promise<Reply> => {
      const part = parts[i] as Uint8Array;
      const id = key ?? { digest: await digest(part) };
      const shard = shardOf(senderOf(id, batch), shards);
      const target = targetOf(batch.resource, shardName(shard));
      const message = { version: VERSION, id, target, encoding, body: part } as const;
      return stubOf(binding, jobOf(batch.resource), shard).push(message);
    }),
  );
  const rejected = new Map<string, number>();
  for (const reply of replies) {
    if (reply.status === "refused") throw new BadInput(reply.reason);
    if (reply.status === "later") throw new Error(reply.reason);
    for (const [reason, points] of reply.rejected) rejected.set(reason, (rejected.get(reason) ?? 0) + points);
  }
  return accepted(encoding, rejected);
}

function encodingOf(request: Request): OtlpEncoding {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "none";
  const encoding = Object.hasOwn(ENCODINGS, type) ? ENCODINGS[type] : undefined;
  if (!encoding) throw new Refusal(415, "content type application/json or application/x-protobuf is needed");
  return encoding;
}

/** The name that pushmeter's own sender gives its batches. */
function batchKey(request: Request): BatchId | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  const [, instance, seq] = /^"([\x21\x23-\x7e]{1,100})\/([1-9]\d{0,14})"$/.exec(key) ?? [];
  // Some proxy's or client's own: it says nothing about an order.
  return instance && seq ? { instance, seq: Number(seq) } : undefined;
}

/** Whoever repeats a batch has to meet the same object again. */
function senderOf(id: BatchId, { resource }: Batch): string {
  if ("instance" in id) return id.instance;
  const instance = resource["service.instance.id"];
  return instance ? String(instance) : id.digest;
}

async function digest(body: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body as Uint8Array<ArrayBuffer>));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function status(
  request: Request,
  binding: AggregatorBinding,
  shards: number,
  service: string | null,
): Promise<Response> {
  if (request.method !== "GET") throw new Refusal(405, "the status is read with GET");
  if (!service) throw new Refusal(400, "which service? GET /status?service=<namespace/name or name>");
  const all = await Promise.all(
    Array.from({ length: shards }, (_, shard) => stubOf(binding, service, shard).status()),
  );
  const sum = (name: "instances" | "series" | "batches" | "duplicates") =>
    all.reduce((total, one) => total + one[name], 0);
  return Response.json({
    service,
    instances: sum("instances"),
    series: sum("series"),
    batches: sum("batches"),
    duplicates: sum("duplicates"),
    shards: all,
  });
}
