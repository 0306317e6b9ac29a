/**
 * One instance of the example in workerd: a process with its own database and queue, started from wrangler.jsonc and
 * schema.sql as `wrangler dev` starts it.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Counts } from "@pushmeter/testkit/demo/counts";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptionsShape } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { countEnded, TAIL } from "./tail.ts";

const EXAMPLE = resolve(import.meta.dirname, "..");

export type Wire = "remote write" | "Pushgateway" | "aggregator";

/** The example's variable that names the server. */
const VARIABLES: Readonly<Record<Wire, string>> = {
  "remote write": "REMOTE_WRITE_URL",
  Pushgateway: "PUSHGATEWAY_URL",
  aggregator: "AGGREGATOR_URL",
};

export interface InstanceOptions {
  readonly wire: Wire;
  /** Of the server to push to. */
  readonly url: string;
  /** The aggregator's. */
  readonly token?: string | undefined;
  /** The label `run` of `target_info`, which differs in each run. */
  readonly run: string;
  /** Called with each line that the worker writes to `console.error`. */
  readonly onError: (line: string) => void;
}

export class Instance {
  readonly options: InstanceOptions;
  /** Where it listens. */
  readonly url: URL;
  /** The schedule of its cron. */
  readonly cron: string;
  /** The queue that it consumes. */
  readonly queue: string;
  /** Invocations that are over, by the names of testkit's `demo/counts.ts` and of `tail.ts`. */
  readonly ended: Counts;
  readonly #miniflare: Miniflare;

  private constructor(
    { options, url, cron, queue, ended }: Pick<Instance, "options" | "url" | "cron" | "queue" | "ended">,
    miniflare: Miniflare,
  ) {
    this.options = options;
    this.url = url;
    this.cron = cron;
    this.queue = queue;
    this.ended = ended;
    this.#miniflare = miniflare;
  }

  /** @param resources - gets workerd, to end it. */
  static async start(
    script: string,
    options: InstanceOptions,
    resources: AsyncDisposableStack,
  ): Promise<Instance> {
    const { cronTriggers, ...bound } = configuration();
    const [cron = ""] = cronTriggers ?? [];
    const [queue = ""] = Object.keys(bound.queueConsumers ?? {});
    const ended = new Counts();
    const { wire, run, token, onError } = options;
    const { REMOTE_WRITE_TOKEN } = process.env;
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        host: "127.0.0.1",
        port: 0,
        cf: false,
        handleStructuredLogs: ({ level, message }) => {
          if (level === "error") onError(message);
        },
        workers: [
          {
            ...bound,
            name: "courses",
            modules: true,
            script,
            bindings: {
              OTEL_RESOURCE_ATTRIBUTES: `run=${run}`,
              [VARIABLES[wire]]: options.url,
              ...(token && { AGGREGATOR_TOKEN: token }),
              ...(REMOTE_WRITE_TOKEN && { REMOTE_WRITE_TOKEN }),
            },
            tails: ["tail"],
          },
          {
            name: "tail",
            compatibilityDate: bound.compatibilityDate,
            modules: true,
            script: TAIL,
            serviceBindings: { DEMO: (request) => countEnded(ended, request) },
          },
        ],
      }),
    );
    resources.adopt(miniflare, () => miniflare.dispose());
    const url = await miniflare.ready;
    const db = await miniflare.getD1Database("DB", "courses");
    const schema = unstable_splitSqlQuery(await readFile(resolve(EXAMPLE, "schema.sql"), "utf8"));
    await db.batch(schema.map((statement) => db.prepare(statement)));
    return new Instance({ options, url, cron, queue, ended }, miniflare);
  }

  /** Triggers the cron. */
  async trigger(): Promise<void> {
    const worker = await this.#miniflare.getWorker("courses");
    // Not awaited: it resolves only after `waitUntil`, and rejects when the demo is interrupted.
    worker.scheduled({ cron: this.cron }).catch(() => {});
  }
}

/** The parts of wrangler.jsonc that the example needs. */
function configuration() {
  const { workerOptions } = unstable_getMiniflareWorkerOptions(resolve(EXAMPLE, "wrangler.jsonc"));
  // Wrangler's type for Miniflare's options lacks the names.
  const options = workerOptions as V4WorkerOptionsShape;
  const { compatibilityDate, compatibilityFlags, cronTriggers } = options;
  const { d1Databases, queueProducers, queueConsumers } = options;
  return { compatibilityDate, compatibilityFlags, cronTriggers, d1Databases, queueProducers, queueConsumers };
}
