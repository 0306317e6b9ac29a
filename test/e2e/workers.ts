/** Starts the Worker under test, bundled as wrangler does it, in separate workerds. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";

/** By the wire that it pushes with. */
export type WorkerName = "remote-write" | "pushgateway";

export interface WorkerOptions {
  /** Where it pushes to. */
  readonly url: string;
  /** Milliseconds, or after each invocation. Default 1000. */
  readonly flush?: number | "invocation";
  /** For one push with its retries, ms. Default 5000. */
  readonly timeout?: number;
  /** Default true; false: the same handlers without pushmeter. */
  readonly measured?: boolean;
}

/** With it a request that waits for another's promise waits for ever. */
const STRICT = "no_handle_cross_request_promise_resolution";
/** The instances share nothing but the code. */
export async function startWorkers(
  name: WorkerName,
  count: number,
  options: WorkerOptions,
): Promise<Miniflare[]> {
  const script = await bundleWorker({ file: join(import.meta.dirname, "worker", `${name}.ts`) });
  const workers = Array.from({ length: count }, () => start(script, options));
  await Promise.all(workers.map((worker) => worker.ready));
  return workers;
}

export async function startWorker(name: WorkerName, options: WorkerOptions): Promise<Miniflare> {
  const [worker] = await startWorkers(name, 1, options);
  return worker as Miniflare;
}

function start(script: string, options: WorkerOptions): Miniflare {
  const { url, flush = 1000, timeout = 5000, measured = true } = options;
  return startWorkerd(script, {
    name: "courses",
    compatibilityFlags: [STRICT],
    bindings: {
      PUSH_URL: url,
      FLUSH: `${flush}`,
      PUSH_TIMEOUT: `${timeout}`,
      MEASURED: `${measured}`,
    },
    queueConsumers: ["enrolments"],
  });
}
