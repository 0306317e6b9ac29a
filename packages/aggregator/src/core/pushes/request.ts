/** One request to the destination: what it holds, how long it may take, and what came of it. */
import { PushError, type PushResult } from "@pushmeter/sdk";
import { outgoing, type Sample } from "../outgoing.ts";
import type { PushLog } from "./log.ts";
import type { PushOptions } from "./options.ts";

/** For one request, ms. */
const TIMEOUT = 6_000;

/**
 * Pushes samples with the same time; never rejects.
 *
 * @param stale - stale markers in place of the values.
 * @returns why they were not stored.
 */
export async function request(
  options: PushOptions,
  log: PushLog,
  samples: readonly Sample[],
  time: number,
  stale = false,
): Promise<Error | undefined> {
  const { shard, destination, clock, labels, prefix = "" } = options;
  if (!shard.target) return new Error("no batch has named the service");
  const target = { ...shard.target, shard: prefix + shard.target.shard };
  try {
    const metrics = outgoing(samples, target, time, labels);
    if (destination.write) {
      const { code, error, dropped } = await destination.write(metrics, { time, stale, timeout: TIMEOUT });
      log.drop(dropped, time);
      return code ? (error ?? new PushError("refused", "refused as before")) : undefined;
    }
    clock.time = time;
    const { code, error, dropped } = await new Promise<PushResult>((resolve) =>
      destination.export(metrics, resolve, { timeout: TIMEOUT }),
    );
    log.drop(dropped, time);
    return code ? (error ?? new Error("not stored")) : undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
