/** A Worker that consumes a queue of one-message batches, in a separate workerd. */
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { COMPATIBILITY_DATE, startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";

export interface ConsumerOptions {
  /** Where it pushes to. */
  readonly url: string;
  /** Milliseconds between pushes. */
  readonly every: number;
  /** Default true; false: the same handler without pushmeter. */
  readonly measured?: boolean;
  /** Before 2025-11-17 a Worker cannot call itself. */
  readonly compatibilityDate?: string;
}

export class Consumer {
  readonly #worker: Miniflare;

  private constructor(worker: Miniflare) {
    this.#worker = worker;
  }

  static async start(options: ConsumerOptions): Promise<Consumer> {
    const { url, every, measured = true, compatibilityDate = COMPATIBILITY_DATE } = options;
    const script = await bundleWorker({ file: join(import.meta.dirname, "worker/queue.ts") });
    const worker = startWorkerd(script, {
      name: "courses",
      compatibilityDate,
      bindings: { PUSH_URL: url, FLUSH: `${every}`, MEASURED: `${measured}` },
      queueProducers: { JOBS: "jobs" },
      queueConsumers: { jobs: { maxBatchSize: 1, maxBatchTimeout: 0 } },
    });
    await worker.ready;
    return new Consumer(worker);
  }

  /** How many batches it has handled. */
  handled(): Promise<number> {
    return this.send(0);
  }

  /** Sends at most 100 messages; returns how many batches were handled before. */
  async send(messages: number): Promise<number> {
    const response = await this.#worker.dispatchFetch(`http://courses.example/send/${messages}`);
    return (await response.json()) as number;
  }

  stop(): Promise<void> {
    return this.#worker.dispose();
  }
}
