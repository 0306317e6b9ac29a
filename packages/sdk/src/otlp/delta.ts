/** A destination for deltas: sends each batch unchanged until it is acknowledged, one after the other. */
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { createDestination, type Destination, type PushOptions, type PushResult } from "../destination.ts";
import { DELTA } from "../enumerations.ts";
import { PushError } from "../http/error.ts";
import type { Runtime } from "../runtime.ts";
import { type Batch, Outbox } from "./outbox.ts";

export interface DeltaTransport {
  /** The wire's bytes of a batch. */
  readonly encode: (metrics: ResourceMetrics) => Uint8Array<ArrayBuffer>;
  /**
   * Resolves, to the points that the receiver will never store, once it has the batch.
   *
   * @throws PushError `refused` if it will never take the batch; after any other error it is sent again.
   */
  readonly deliver: (
    batch: Batch,
    timeout: number | undefined,
    options?: DeliverOptions,
  ) => Promise<PushResult["dropped"]>;
}

export interface DeliverOptions extends Pick<PushOptions, "last"> {
  /** Tells why points of a batch that is stored otherwise were not. */
  readonly fail?: ((error: Error) => void) | undefined;
}

/**
 * At least once, and exactly once where the receiver remembers the last `seq` of each `instance`. What the
 * receiver refuses for good is dropped and counted; nothing else is.
 */
export function deltaDestination({ encode, deliver }: DeltaTransport, runtime: Runtime): Destination {
  /** Of each resource, for several instances may share one destination. */
  const outboxes = new Map<string, Outbox>();

  async function push(
    outbox: Outbox,
    metrics: ResourceMetrics,
    { timeout, last }: PushOptions,
  ): Promise<PushResult> {
    const end = timeout === undefined ? undefined : runtime.monotonic() + timeout;
    const dropped = new Map<string, number>();
    const drop = (reason: string, points: number) => dropped.set(reason, (dropped.get(reason) ?? 0) + points);
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure = error;
    };
    for (;;) {
      const batch = outbox.next(metrics.resource, runtime.now());
      if (!batch) return failure ? { code: 1, error: failure, dropped } : { code: 0, dropped };
      try {
        const left = end === undefined ? undefined : Math.max(end - runtime.monotonic(), 1);
        for (const [reason, points] of (await deliver(batch, left, { last, fail })) ?? [])
          drop(reason, points);
        outbox.remove(batch);
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        if (!(error instanceof PushError && error.result === "refused")) {
          return { code: 1, error: failure, dropped };
        }
        drop("refused", batch.points);
        outbox.remove(batch);
      }
    }
  }

  return createDestination({
    temporality: DELTA,
    push(metrics, options) {
      const key = String(metrics.resource.attributes["service.instance.id"] ?? "");
      let outbox = outboxes.get(key);
      if (!outbox) {
        outbox = new Outbox(runtime.instanceId(), encode);
        outboxes.set(key, outbox);
      }
      outbox.add(metrics);
      return push(outbox, metrics, options);
    },
  });
}
