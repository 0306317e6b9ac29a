/** The HTTPS way to the objects: for Lambda, and for any OTLP sender in any language. */
import { Access, type AccessOptions } from "./access.ts";
import { type AggregatorBinding, checkBinding } from "./binding.ts";
import { incomingOf } from "./incoming.ts";
import { answer, LARGEST_BODY } from "./routes.ts";
import { checkShards } from "./shards.ts";

export interface IngestOptions extends AccessOptions {
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
  options: IngestOptions,
): Promise<Response> {
  const { shards = 1, formerShards, limit = LARGEST_BODY } = options;
  const access = new Access("ingest", options);
  checkBinding("ingest", binding);
  if (!(limit >= 1 && limit <= LARGEST_BODY))
    throw new TypeError(`pushmeter: ingest limit must be 1 to ${LARGEST_BODY} bytes`);
  checkShards(shards);
  if (formerShards !== undefined) checkShards(formerShards);
  return answer(incomingOf(request), { binding, shards, formerShards }, { access, limit });
}
