/** A destination of the SDK's that sends deltas to the object by RPC. */
import { type Destination, PushError, type Runtime } from "@pushmeter/sdk";
import { backoff, inTime, sleep, systemRuntime } from "@pushmeter/sdk/adapter";
import { type Batch, deltaDestination } from "@pushmeter/sdk/otlp";
import { type AggregatorBinding, checkBinding } from "./binding.ts";
import { encodeCompact } from "./core/compact.ts";
import { pack, VERSION } from "./core/message.ts";
import { jobOf } from "./core/model.ts";
import { checkShards, shardName, shardOf, stubOf, targetOf } from "./shards.ts";

export interface AggregatorDestinationOptions {
  /** Objects that share a service's instances: one takes some hundred batches a second. Default 1, at most 1,000. */
  readonly shards?: number | undefined;
  /** For one push with all its retries, ms. Default 10,000. */
  readonly timeout?: number | undefined;
}

/** The longest first pause before a batch is sent again, ms: an object is nearer than a receiver. */
const FIRST_BACKOFF = 100;

/**
 * A destination that hands deltas to the Durable Object of a binding, in the same Worker or another. Each
 * batch counts once: it is repeated until it is acknowledged, and the object knows which ones it has.
 *
 * @example
 * ```ts
 * createPushmeter({ service: "courses", push: (env: Env) => aggregator(env.PUSHMETER, { shards: 4 }) });
 * ```
 * @param runtime - clock and randomness, for tests.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function aggregator(
  binding: AggregatorBinding,
  options: AggregatorDestinationOptions = {},
  runtime: Runtime = systemRuntime,
): Destination {
  checkBinding("aggregator", binding);
  for (const key of Object.keys(options)) {
    if (key === "shards" || key === "timeout") continue;
    throw new TypeError(`pushmeter: aggregator has no option ${key}, Accepted: shards, timeout`);
  }
  const { shards = 1, timeout = 10_000 } = options;
  checkShards(shards);
  if (!(timeout >= 1))
    throw new TypeError(`pushmeter: aggregator timeout must be 1 or more ms, got ${timeout}`);

  async function deliver({ instance, seq, metrics, body }: Batch, left = timeout) {
    const end = runtime.monotonic() + Math.min(left, timeout);
    const { attributes } = metrics.resource;
    const shard = shardOf(instance, shards);
    const target = targetOf(attributes, shardName(shard));
    const message = pack({ version: VERSION, id: { instance, seq }, target, encoding: "compact", body });
    for (let attempt = 0; ; attempt++) {
      let failure: PushError;
      try {
        // A stub that has thrown may stay broken.
        const call = stubOf(binding, jobOf(attributes), shard).push(message);
        const left = Math.max(end - runtime.monotonic(), 0);
        const reply = await inTime(runtime, left, call, () => {
          return new PushError("timeout", `aggregator: no answer within ${Math.round(left)} ms`);
        });
        if (reply.status === "refused")
          throw new PushError("refused", `aggregator: refused: ${reply.reason}`);
        if (reply.status !== "later") return new Map(reply.rejected);
        failure = new PushError("unavailable", `aggregator: ${reply.reason}`);
      } catch (error) {
        if (error instanceof PushError && error.result !== "unreachable") throw error;
        failure = error instanceof PushError ? error : new PushError("unreachable", `aggregator: ${error}`);
      }
      const wait = backoff(runtime, attempt, FIRST_BACKOFF);
      if (runtime.monotonic() + wait >= end) throw failure;
      await sleep(runtime, wait);
    }
  }

  return deltaDestination({ encode: encodeCompact, deliver }, runtime);
}
