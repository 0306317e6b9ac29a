/** Which request is answered by what, on a Worker and on a server alike. */
import { Refusal } from "@pushmeter/sdk/adapter";
import type { Access } from "./access.ts";
import { reset, status } from "./admin.ts";
import { BadInput, jobOf } from "./core/model.ts";
import type { OtlpEncoding } from "./core/otlp.ts";
import { LARGEST_VALUE } from "./core/store.ts";
import { metrics } from "./exposition.ts";
import type { Incoming } from "./incoming.ts";
import { encodingOf, type Router, store } from "./intake.ts";
import { refusal } from "./otlp-answer.ts";
import { shardName, stubOf, targetOf } from "./shards.ts";

/** Bytes of a body: what one stored value holds. */
export const LARGEST_BODY = LARGEST_VALUE;
/** Refusals that somebody with a token causes. */
const COUNTED = [400, 403, 413, 415];

export interface Conditions {
  readonly access: Access;
  /** Bytes of a body, inflated. */
  readonly limit: number;
}

/** Answers a request. Never rejects. */
export async function answer(request: Incoming, router: Router, conditions: Conditions): Promise<Response> {
  let encoding: OtlpEncoding = "json";
  try {
    const { access, limit } = conditions;
    const { path } = request;
    if (path === "/status" || path === "/metrics") {
      access.check(request, "read");
      if (request.method !== "GET") throw new Refusal(405, `${path} is read with GET`);
      return await (path === "/status" ? status : metrics)(router, request.parameter("service"));
    }
    if (path === "/reset") {
      access.check(request, "reset");
      if (request.method !== "POST") throw new Refusal(405, "a service is reset with POST");
      return await reset(router, request.parameter("service"));
    }
    const allowed = access.check(request, "send");
    if (path !== "/v1/metrics") {
      throw new Refusal(404, "there are POST /v1/metrics, GET /status, GET /metrics and POST /reset");
    }
    if (request.method !== "POST") throw new Refusal(405, "metrics are sent with POST");
    encoding = encodingOf(request);
    return await store(request, router, encoding, await request.body(limit), allowed);
  } catch (error) {
    await request.discard();
    const refused = error instanceof Refusal ? error.status : error instanceof BadInput ? 400 : 0;
    if (refused) {
      const { message } = error as Error;
      if (COUNTED.includes(refused)) await count(router, refused, message);
      return refusal(encoding, refused, message);
    }
    // The shard could not be reached, or not all of it was stored: the sender keeps the batch and repeats it.
    console.error(`pushmeter: ingest: not stored: ${error}`);
    return refusal(encoding, 503, "not stored, send it again");
  }
}

/** In the shard of the service that has no name, for these requests have no service that could be relied on. */
async function count({ binding }: Router, status: number, reason: string): Promise<void> {
  const target = targetOf({}, shardName(0));
  try {
    await stubOf(binding, jobOf(target.resource), 0).refused(target, status, reason);
  } catch {
    // An object of another release, or none: the sender has its answer all the same.
    console.error(`pushmeter: ingest: refused with ${status}: ${reason}`);
  }
}
