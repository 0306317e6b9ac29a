/** One request to the destination: what it holds, how long it may take, and what came of it. */
import { PushError, type PushResult } from "@pushmeter/sdk";
import { outgoing, type Sample } from "../outgoing.ts";
import type { PushLog } from "./log.ts";
import type { PushOptions } from "./options.ts";

/** For one request, ms. */
const TIMEOUT = 6_000;

export interface Outcome {
  /** Why not everything is stored. */
  readonly error?: Error | undefined;
  /** What the receiver named in its refusal, if it has stored everything else: see `PushResult.refused`. */
  readonly refused?: PushResult["refused"];
}

/**
 * Pushes samples with the same time; never rejects.
 *
 * @param stale - stale markers in place of the values.
 */
export async function request(
  options: PushOptions,
  log: PushLog,
  samples: readonly Sample[],
  time: number,
  stale = false,
): Promise<Outcome> {
  const { shard, destination, clock, labels, prefix = "" } = options;
  if (!shard.target) return { error: new Error("no batch has named the service") };
  const target = { ...shard.target, shard: prefix + shard.target.shard };
  try {
    const metrics = outgoing(samples, target, time, labels);
    if (destination.write) {
      const result = await destination.write(metrics, { time, stale, timeout: TIMEOUT });
      const { code, error = new PushError("refused", "refused as before"), dropped, refused } = result;
      log.drop(dropped, time);
      return code ? { error, refused } : {};
    }
    clock.time = time;
    const { code, error, dropped } = await new Promise<PushResult>((resolve) =>
      destination.export(metrics, resolve, { timeout: TIMEOUT }),
    );
    log.drop(dropped, time);
    return code ? { error: error ?? new Error("not stored") } : {};
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}
