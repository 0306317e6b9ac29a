/** The HTTPS way to the objects: for Lambda, and for any OTLP sender in any language. */

import type { Attributes } from "@opentelemetry/api";
import { Refusal } from "@pushmeter/sdk/adapter";
import { reset, status } from "./admin.ts";
import { type AggregatorBinding, checkBinding } from "./binding.ts";
import { type Reply, VERSION } from "./core/message.ts";
import { BadInput, jobOf } from "./core/model.ts";
import { decode, type OtlpEncoding, resourcesOf, split } from "./core/otlp.ts";
import type { BatchId } from "./core/shard.ts";
import { bodyOf, isAllowed } from "./http.ts";
import { accepted, refusal } from "./otlp-answer.ts";
import { checkShards, LONGEST_JOB, shardName, shardOf, stubOf, targetOf } from "./shards.ts";

export interface IngestOptions {
  /** Asked of every request as `Authorization: Bearer <token>`. */
  readonly token: string | undefined;
  /** Asked of `/status` and `/reset` instead, so that senders can do neither. Default: `token`. */
  readonly adminToken?: string | undefined;
  /** The same number as in `aggregator(…)`. Default 1. */
  readonly shards?: number | undefined;
  /**
   * The number before it was changed, for some hours after the change: a sender stays with the shard that knows it.
   * Default none.
   */
  readonly formerShards?: number | undefined;
  /** Bytes of a body, inflated. Default and at most 1,900,000: what one stored value holds. */
  readonly limit?: number | undefined;
}

const LIMIT = 1_900_000;
/** Of one body. A Collector's batch has the resources of many instances, but few services. */
const MOST_RESOURCES = 500;
const MOST_SERVICES = 20;
/** Refusals that somebody with the token causes. */
const COUNTED = [400, 413, 415];
const ENCODINGS: Readonly<Record<string, OtlpEncoding>> = {
  "application/json": "json",
  "application/x-protobuf": "protobuf",
};

/**
 * Answers `POST /v1/metrics` (OTLP/HTTP, JSON or protobuf, deltas and totals), `GET /status?service=<job>`, and
 * `POST /reset?service=<job>`, which ends all series of a service and begins new ones. A sender that names its
 * batches in `Idempotency-Key: "<instance>/<seq>"` is counted exactly once; of any other, the same body within ten
 * minutes is a repetition. Points that cannot be added up are left out, counted and named in a partial success.
 *
 * @example
 * ```ts
 * export { Aggregator } from "@pushmeter/aggregator";
 * export default {
 *   fetch: (request, env) => ingest(request, env.PUSHMETER, { token: env.PUSHMETER_TOKEN, shards: 4 }),
 * };
 * ```
 * @throws TypeError if there is no token or no binding, or for an option that is unusable.
 */
export async function ingest(
  request: Request,
  binding: AggregatorBinding,
  { token, adminToken = token, shards = 1, formerShards, limit = LIMIT }: IngestOptions,
): Promise<Response> {
  if (typeof token !== "string" || !token) throw new TypeError("pushmeter: ingest needs a token");
  if (typeof adminToken !== "string" || !adminToken) {
    throw new TypeError("pushmeter: ingest adminToken must be a string that is not empty");
  }
  checkBinding("ingest", binding);
  if (!(limit >= 1 && limit <= LIMIT))
    throw new TypeError(`pushmeter: ingest limit must be 1 to ${LIMIT} bytes`);
  checkShards(shards);
  if (formerShards !== undefined) checkShards(formerShards);
  let encoding: OtlpEncoding = "json";
  try {
    const { pathname, searchParams } = new URL(request.url);
    const isAdmin = pathname === "/status" || pathname === "/reset";
    if (!isAllowed(request, isAdmin ? adminToken : token)) {
      throw new Refusal(401, "a valid bearer token is needed");
    }
    const service = searchParams.get("service");
    const all = Math.max(shards, formerShards ?? 1);
    if (pathname === "/status") return await status(request, binding, all, service);
    if (pathname === "/reset") return await reset(request, binding, all, service);
    if (pathname !== "/v1/metrics") {
      throw new Refusal(404, "there are POST /v1/metrics, GET /status and POST /reset");
    }
    if (request.method !== "POST") throw new Refusal(405, "metrics are sent with POST");
    encoding = encodingOf(request);
    const router = { binding, shards, formerShards };
    return await store(request, router, encoding, await bodyOf(request, limit));
  } catch (error) {
    // A body that is neither read nor cancelled holds its connection.
    if (request.body && !request.bodyUsed) await request.body.cancel();
    const refused = error instanceof Refusal ? error.status : error instanceof BadInput ? 400 : 0;
    if (refused) {
      const { message } = error as Error;
      if (COUNTED.includes(refused)) await count(binding, refused, message);
      return refusal(encoding, refused, message);
    }
    // The object could not be reached, or not all of it was stored: the sender keeps the batch and repeats it.
    console.error(`pushmeter: ingest: not stored: ${error}`);
    return refusal(encoding, 503, "not stored, send it again");
  }
}

/** In the object of the service that has no name, for these requests have no service that could be relied on. */
async function count(binding: AggregatorBinding, status: number, reason: string): Promise<void> {
  const target = targetOf({}, shardName(0));
  try {
    await stubOf(binding, jobOf(target.resource), 0).refused(target, status, reason);
  } catch {
    // An object of another release, or none: the sender has its answer all the same.
    console.error(`pushmeter: ingest: refused with ${status}: ${reason}`);
  }
}

interface Router {
  readonly binding: AggregatorBinding;
  readonly shards: number;
  readonly formerShards: number | undefined;
}

async function shardFor(
  { binding, shards, formerShards }: Router,
  id: BatchId,
  resource: Attributes,
): Promise<number> {
  const sender = senderOf(id, resource);
  const shard = shardOf(sender, shards);
  const former = shardOf(sender, formerShards ?? shards);
  if (former === shard) return shard;
  const stub = stubOf(binding, jobOf(resource), former);
  return (await stub.knows(id, instanceOf(resource))) ? former : shard;
}

async function store(
  request: Request,
  router: Router,
  encoding: OtlpEncoding,
  body: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  // The shards decode the rest: what is wrong in one resource takes no other along.
  const resources = resourcesOf(encoding, body);
  if (resources.length > MOST_RESOURCES) throw new Refusal(413, `more than ${MOST_RESOURCES} resources`);
  const jobs = new Set(resources.map(jobOf));
  if (jobs.size > MOST_SERVICES) throw new Refusal(413, `more than ${MOST_SERVICES} services`);
  const isOne = resources.length === 1;
  const parts = isOne ? [body] : split(encoding, body);
  const key = isOne ? batchKey(request) : undefined;
  const rejected = new Map<string, number>();
  const reject = (reason: string, points: number) =>
    rejected.set(reason, (rejected.get(reason) ?? 0) + points);
  const replies = await Promise.all(
    resources.map(async (resource, i): Promise<Reply> => {
      if (jobOf(resource).length > LONGEST_JOB) return { status: "refused", reason: "service_name_too_long" };
      const part = parts[i] as Uint8Array;
      const id = key ?? { digest: await digest(part) };
      const shard = await shardFor(router, id, resource);
      const target = targetOf(resource, shardName(shard));
      const message = { version: VERSION, id, target, encoding, body: part } as const;
      return stubOf(router.binding, jobOf(resource), shard).push(message);
    }),
  );
  for (const [i, reply] of replies.entries()) {
    if (reply.status === "later") throw new Error(reply.reason);
    if (reply.status === "refused") {
      // Alone it is the sender's mistake; among others it must not take them along.
      if (isOne) throw new BadInput(reply.reason);
      reject(reply.reason, pointsIn(encoding, parts[i] as Uint8Array));
    } else for (const [reason, points] of reply.rejected) reject(reason, points);
  }
  return accepted(encoding, rejected);
}

/** At least one: a partial success without a number says that nothing was lost. */
function pointsIn(encoding: OtlpEncoding, body: Uint8Array): number {
  try {
    return Math.max(1, ...decode(encoding, body).map(({ points }) => points.length));
  } catch {
    return 1;
  }
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
  // Anything else is a proxy's or a client's: it says nothing about an order.
  return instance && seq ? { instance, seq: Number(seq) } : undefined;
}

/** A sender that repeats a batch has to meet the same object again. */
function senderOf(id: BatchId, resource: Attributes): string {
  return "instance" in id ? id.instance : instanceOf(resource) || id.digest;
}

function instanceOf(resource: Attributes): string {
  return String(resource["service.instance.id"] ?? "");
}

async function digest(body: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body as Uint8Array<ArrayBuffer>));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
