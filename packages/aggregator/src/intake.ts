/** `POST /v1/metrics`: OTLP from any sender, each resource to the shard that knows its sender. */
import type { Attributes } from "@opentelemetry/api";
import { Refusal } from "@pushmeter/sdk/adapter";
import type { AggregatorBinding } from "./binding.ts";
import { builtin } from "./builtin.ts";
import { pack, type Reply, VERSION } from "./core/message.ts";
import { BadInput, jobOf } from "./core/model.ts";
import { decode, type OtlpEncoding, resourcesOf, split } from "./core/otlp.ts";
import type { BatchId } from "./core/shard.ts";
import type { Incoming } from "./incoming.ts";
import { accepted } from "./otlp-answer.ts";
import { LONGEST_JOB, shardName, shardOf, stubOf, targetOf } from "./shards.ts";

/** Of one body. A Collector's batch has the resources of many instances, but few services. */
const MOST_RESOURCES = 500;
const MOST_SERVICES = 20;
const ENCODINGS: Readonly<Record<string, OtlpEncoding>> = {
  "application/json": "json",
  "application/x-protobuf": "protobuf",
};

/** Where the shards are. */
export interface Router {
  readonly binding: AggregatorBinding;
  /** Of each service. */
  readonly shards: number;
  /** See `IngestOptions`. */
  readonly formerShards?: number | undefined;
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

/**
 * Stores a body, or says what of it cannot be stored.
 *
 * @param allowed - services that the sender may send for; undefined: all.
 * @throws Refusal or BadInput for a request that is wrong as a whole, any other error if not all of it was stored.
 */
export async function store(
  request: Incoming,
  router: Router,
  encoding: OtlpEncoding,
  body: Uint8Array<ArrayBuffer>,
  allowed: ReadonlySet<string> | undefined,
): Promise<Response> {
  // The shards decode the rest: what is wrong in one resource takes no other along.
  const resources = resourcesOf(encoding, body);
  if (resources.length > MOST_RESOURCES) throw new Refusal(413, `more than ${MOST_RESOURCES} resources`);
  const jobs = new Set(resources.map(jobOf));
  if (jobs.size > MOST_SERVICES) throw new Refusal(413, `more than ${MOST_SERVICES} services`);
  if (allowed && ![...jobs].every((job) => allowed.has(job))) {
    throw new Refusal(403, "the token is for another service");
  }
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
      const message = pack({ version: VERSION, id, target, encoding, body: part });
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

/** @throws Refusal 415 for a content type that is not OTLP's. */
export function encodingOf(request: Incoming): OtlpEncoding {
  const type = request.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "none";
  const encoding = Object.hasOwn(ENCODINGS, type) ? ENCODINGS[type] : undefined;
  if (!encoding) throw new Refusal(415, "content type application/json or application/x-protobuf is needed");
  return encoding;
}

/** The name that pushmeter's own sender gives its batches. */
function batchKey(request: Incoming): BatchId | undefined {
  const key = request.header("idempotency-key");
  if (key === undefined) return undefined;
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

interface NodeCrypto {
  createHash(algorithm: "sha256"): {
    update(data: Uint8Array): { digest(encoding: "hex"): string };
  };
}

/** The first half of a body's SHA-256. Web Crypto, which answers later, takes several times as long. */
async function digest(body: Uint8Array): Promise<string> {
  const crypto = builtin<NodeCrypto>("node:crypto");
  if (crypto) return crypto.createHash("sha256").update(body).digest("hex").slice(0, 32);
  const hash = new Uint8Array(
    await globalThis.crypto.subtle.digest("SHA-256", body as Uint8Array<ArrayBuffer>),
  );
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
