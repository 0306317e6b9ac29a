import { send } from "#transport";
import type { Send } from "./http/message.ts";

/**
 * The platform as the core sees it: clocks, randomness, timers. Everything here is reached through this
 * interface, so that a test can hold time still and nothing runs at import.
 */
export interface Runtime {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** An id that no other instance has. Called on the first invocation, never at import. */
  instanceId(): string;
  /** Calls `callback` after `ms`; the result cancels it. A `background` timer does not keep Node alive. */
  timer(ms: number, callback: () => void, background?: boolean): () => void;
  /** Used by destinations without the option `fetch`. */
  fetch(request: Request): Promise<Response>;
  /** Instead of `fetch`, where that is slow to start. */
  readonly send?: Send | undefined;
  /** Whether a test waits for all that invocations leave in `waitUntil`. Only `flush()` pushes there. Default: no. */
  isTest?(): boolean;
}

/** Whether this is Cloudflare Workers or its local runtime. */
export function isWorkers(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return navigator?.userAgent === "Cloudflare-Workers";
}

export const systemRuntime: Runtime = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  instanceId: () => crypto.randomUUID(),
  timer(ms, callback, background = false) {
    const timer: unknown = setTimeout(callback, ms);
    // Node returns an object with unref, Workers and Deno a number.
    if (background) (timer as { unref?(): void }).unref?.();
    return () => clearTimeout(timer as number);
  },
  fetch: (request) => fetch(request),
  send,
  // Cloudflare's vitest integration. It needs this global itself, in every version.
  isTest: () => isWorkers() && "__vitest_worker__" in globalThis,
};

/** Settles as `promise` does, or rejects after `ms` with the error that `late` returns. */
export async function inTime<Result>(
  runtime: Runtime,
  ms: number,
  promise: Promise<Result>,
  late: () => Error,
): Promise<Result> {
  let cancel = () => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = runtime.timer(ms, () => reject(late()));
  });
  try {
    return await Promise.race([timeout, promise]);
  } finally {
    cancel();
  }
}

/** Resolves after `ms` on the runtime's timer. */
export function sleep(runtime: Runtime, ms: number, background = false): Promise<void> {
  return new Promise((resolve) => {
    runtime.timer(ms, resolve, background);
  });
}
