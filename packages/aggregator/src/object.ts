/** The Durable Object: a shard host on the object's storage and alarm. */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import type { Destination, Runtime } from "@pushmeter/sdk";
import { checkFunction, checkNames, systemRuntime } from "@pushmeter/sdk/adapter";
import type { Family } from "@pushmeter/sdk/prometheus";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { AggregatorStub } from "./binding.ts";
import { ShardHost } from "./core/host.ts";
import type { Message, Packed, Reply, Status } from "./core/message.ts";
import type { BatchId, Target } from "./core/shard.ts";
import { SHARD_OPTIONS, type ShardOptions, shardSettings } from "./shard-options.ts";
import { SqliteStore } from "./sqlite-store.ts";

export interface AggregatorOptions<Env> extends ShardOptions {
  /**
   * Where the totals go. `runtime` tells the time of the samples: hand it to the destination. Default: remote
   * write to `PUSHMETER_REMOTE_WRITE_URL` or a Pushgateway at `PUSHMETER_PUSHGATEWAY_URL`, with the bearer token
   * of the same name ending in `_TOKEN`. `() => scrapeOnly()` pushes nothing, for totals that are scraped.
   */
  readonly push?: ((env: Env, runtime: Runtime) => Destination) | undefined;
}

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
  checkNames("createAggregator", options, `push ${SHARD_OPTIONS}`);
  const { push = fromEnvironment } = options;
  checkFunction("createAggregator push", push);
  const settings = shardSettings("createAggregator", options);
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
        ...settings,
        // What comes while the last transaction is being written shares the next: it costs more than a row.
        gather: () => storage.sync(),
        abort: (reason: string) => ctx.abort(reason),
      };
      this.#host = new ShardHost(options, store.load());
    }

    /** Merges a batch, once however often it comes; the answer leaves when it is stored. */
    push(message: Packed | Message): Promise<Reply> {
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

    /** The totals, for a scrape. */
    async families(): Promise<readonly Family[]> {
      return this.#host.families();
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
