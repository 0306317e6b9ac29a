/** The Durable Object: a shard host on the object's storage and alarm. */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import type { Destination, Runtime } from "@pushmeter/sdk";
import { checkFunction, checkNames, invalid, systemRuntime } from "@pushmeter/sdk/adapter";
import { labelName } from "@pushmeter/sdk/prometheus";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { AggregatorStub } from "./binding.ts";
import { ShardHost } from "./core/host.ts";
import type { Message, Reply, Status } from "./core/message.ts";
import type { BatchId, Target } from "./core/shard.ts";
import { SqliteStore } from "./sqlite-store.ts";

export interface AggregatorOptions<Env> {
  /**
   * Where the totals go. `runtime` tells the time of the samples: hand it to the destination. Default: remote
   * write to `PUSHMETER_REMOTE_WRITE_URL` or a Pushgateway at `PUSHMETER_PUSHGATEWAY_URL`, with the bearer token
   * of the same name ending in `_TOKEN`.
   */
  readonly push?: ((env: Env, runtime: Runtime) => Destination) | undefined;
  /** Between two pushes of all totals, ms. Default 15,000. */
  readonly every?: number | undefined;
  /**
   * Before `shard-0` in the label `instance`: `staging-` where staging and production write to one receiver.
   * Default none.
   */
  readonly prefix?: string | undefined;
  /** Labels that all series get besides their own. Default none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Series that did not grow for so long end with a stale marker and are forgotten, ms. Default one day. */
  readonly forgetAfter?: number | undefined;
  /**
   * `"native"`: exponential histograms stay what they are, for `remoteWrite({ histograms: nativeHistograms() })`.
   * `"classic"`, the default: they get bounds, each bucket counting where its midpoint is.
   */
  readonly histograms?: "classic" | "native" | undefined;
}

const EVERY = 15_000;
const NAMES = "push every prefix labels forgetAfter histograms";

/**
 * A class to export from a Worker, as `Aggregator` is, with other options.
 *
 * @throws TypeError for an option that is unknown or unusable.
 */
export function createAggregator<Env = unknown>(
  options: AggregatorOptions<Env> = {},
): new (
  ctx: ConstructorParameters<typeof DurableObject>[0],
  env: Env,
) => DurableObject<Env> & AggregatorStub & { alarm(): Promise<void> } {
  checkNames("createAggregator", options, NAMES);
  const {
    push = fromEnvironment,
    every = EVERY,
    prefix = "",
    labels = {},
    forgetAfter,
    histograms,
  } = options;
  if (!(Number.isInteger(every) && every >= 100 && every <= 60_000)) {
    invalid("createAggregator every", every, "a whole number of milliseconds from 100 to 60000");
  }
  checkFunction("createAggregator push", push);
  if (typeof prefix !== "string" || prefix.length > 200) {
    invalid("createAggregator prefix", prefix, "a string of at most 200 characters");
  }
  for (const [name, value] of Object.entries(labels)) {
    if (name === labelName(name) && typeof value === "string" && value) continue;
    invalid(
      `createAggregator labels.${name}`,
      value,
      "a string that is not empty, under a Prometheus label name",
    );
  }
  if (forgetAfter !== undefined && !(forgetAfter >= 600_000)) {
    invalid("createAggregator forgetAfter", forgetAfter, "a number of milliseconds from 600000 on");
  }
  if (histograms !== undefined && histograms !== "native" && histograms !== "classic") {
    invalid("createAggregator histograms", histograms, '"classic" or "native"');
  }
  return class Aggregator extends DurableObject<Env> implements AggregatorStub {
    readonly #host: ShardHost;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      const { storage } = ctx;
      const store = new SqliteStore(storage);
      const options = {
        store,
        runtime: systemRuntime,
        alarm: {
          set: (time: number) => void storage.setAlarm(time),
          clear: () => void storage.deleteAlarm(),
        },
        destination: (clock: Runtime) => push(env, clock),
        interval: every,
        prefix,
        labels: Object.keys(labels).length ? labels : undefined,
        forgetAfter,
        native: histograms === "native",
        // What comes while the last transaction is being written shares the next: it costs more than a row.
        gather: () => storage.sync(),
        abort: (reason: string) => ctx.abort(reason),
      };
      this.#host = new ShardHost(options, store.load());
    }

    /** Merges a batch, once however often it comes; the answer leaves when it is stored. */
    push(message: Message): Promise<Reply> {
      return this.#host.push(message);
    }

    async status(): Promise<Status> {
      return this.#host.status();
    }

    /** Whether it has had something of this sender. */
    async knows(id: BatchId, instance: string): Promise<boolean> {
      return this.#host.knows(id, instance);
    }

    /** Counts a request that was refused before its service was known. */
    async refused(target: Target, status: number, reason: string): Promise<void> {
      this.#host.refused(target, status, reason);
    }

    /** Ends all series at the next heartbeat and begins new ones. */
    reset(): Promise<void> {
      return this.#host.reset();
    }

    /** The platform forgets an alarm that throws seven times in a row: this one sets the next first, and never throws. */
    alarm(): Promise<void> {
      return this.#host.alarm();
    }
  };
}

function fromEnvironment(env: unknown, runtime: Runtime): Destination {
  const variables = env as Readonly<Record<string, string | undefined>>;
  const options = (name: string) => {
    const url = variables[`${name}_URL`];
    const bearer = variables[`${name}_TOKEN`];
    return url ? { url, auth: bearer ? { bearer } : undefined } : undefined;
  };
  const write = options("PUSHMETER_REMOTE_WRITE");
  if (write) return remoteWrite(write, runtime);
  const gateway = options("PUSHMETER_PUSHGATEWAY");
  if (gateway) return pushgateway({ ...gateway, deleteOnShutdown: true }, runtime);
  throw new TypeError(
    "the totals have nowhere to go: set PUSHMETER_REMOTE_WRITE_URL or PUSHMETER_PUSHGATEWAY_URL",
  );
}
