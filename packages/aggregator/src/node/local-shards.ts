/** The shards of a server that is alone: all in this process, stored in one SQLite file. */
import { sleep } from "@pushmeter/sdk/adapter";
import type { AggregatorStub } from "../binding.ts";
import { NO_STATUS, type Reply } from "../core/message.ts";
import { RunningShard, type ShardContext } from "./running-shard.ts";
import type { ServerShards } from "./server-shards.ts";
import type { SqliteFile } from "./sqlite-file.ts";

/** Shards that are stored. One that sleeps makes room for a new one. */
const MOST_SHARDS = 1_000;
/** Before a shard whose store failed is started again, ms. */
const PAUSE = 1_000;

export class LocalShards implements ServerShards {
  readonly #context: ShardContext;
  readonly #file: SqliteFile;
  /** By name, those that are awake or have just been asked for. */
  readonly #running = new Map<string, Promise<RunningShard>>();
  readonly #known: Set<string>;
  #isEnding = false;

  constructor(context: ShardContext, file: SqliteFile) {
    this.#context = context;
    this.#file = file;
    this.#known = new Set(file.names());
  }

  /** Starts the shards that are stored: their heartbeats go on without a batch. */
  async start(): Promise<void> {
    for (const name of this.#known) {
      await this.#start(name).catch((error) => this.#context.log(`${name} cannot be started: ${error}`));
      this.#sleep();
    }
  }

  idFromName(name: string): string {
    return name;
  }

  get(name: string): AggregatorStub {
    const known = async <T>(use: (shard: RunningShard) => T, otherwise: T): Promise<Awaited<T>> =>
      this.#known.has(name) ? await this.#use(name, use) : await otherwise;
    return {
      push: async (message): Promise<Reply> => {
        if (this.#isEnding) return { status: "later", reason: "the server is ending" };
        if (!this.#makeRoom(name)) return { status: "refused", reason: "too many services" };
        return this.#use(name, ({ host }) => host.push(message));
      },
      refused: async (...refusal) => {
        if (this.#isEnding || !this.#makeRoom(name)) return;
        await this.#use(name, ({ host }) => host.refused(...refusal));
      },
      status: () => known(({ host }) => host.status(), NO_STATUS),
      knows: (id, instance) => known(({ host }) => host.knows(id, instance), false),
      reset: () => known(({ host }) => host.reset(), Promise.resolve()),
      families: () => known(({ host }) => host.families(), []),
    };
  }

  all(): AggregatorStub[] {
    return Array.from(this.#running.keys(), (name) => this.get(name));
  }

  async check(): Promise<void> {
    this.#file.check();
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    for (const shard of await Promise.allSettled(this.#running.values())) {
      if (shard.status === "fulfilled") await shard.value.close();
    }
    this.#file.close();
  }

  /** @param use - called at once when the shard is there: one that is asleep may be dropped while nothing uses it. */
  async #use<T>(name: string, use: (shard: RunningShard) => T): Promise<T> {
    for (;;) {
      const starting = this.#running.get(name) ?? this.#start(name);
      const shard = await starting;
      if (this.#running.get(name) === starting) return use(shard);
    }
  }

  #start(name: string): Promise<RunningShard> {
    const starting = RunningShard.open({
      ...this.#context,
      name,
      store: this.#file.store(name),
      // Batches that have come already share a row.
      gather: () => new Promise((resolve) => setImmediate(resolve)),
      ended: () => this.#sleep(),
      failed: (reason) => void this.#restart(name, reason),
    });
    this.#known.add(name);
    this.#running.set(name, starting);
    starting.catch(() => this.#running.delete(name));
    return starting;
  }

  async #restart(name: string, reason: string): Promise<void> {
    const { log, runtime } = this.#context;
    log(`${name} starts again from the store: ${reason}`);
    this.#running.delete(name);
    while (!this.#isEnding && !this.#running.has(name)) {
      await sleep(runtime, PAUSE, true);
      try {
        if (!this.#isEnding) await this.#use(name, () => {});
      } catch (error) {
        log(`${name} cannot be started: ${error}`);
      }
    }
  }

  /** Shards whose series have ended take no memory. */
  #sleep(): void {
    for (const [name, starting] of this.#running) {
      const drop = (shard: RunningShard) => {
        if (!shard.isAsleep || this.#running.get(name) !== starting) return;
        shard.stop();
        this.#running.delete(name);
      };
      // One that could not be started is gone already.
      starting.then(drop, () => {});
    }
  }

  /** Returns whether a shard may be stored. */
  #makeRoom(name: string): boolean {
    if (this.#known.has(name) || this.#known.size < MOST_SHARDS) return true;
    for (const old of this.#known) {
      if (this.#running.has(old)) continue;
      this.#file.remove(old);
      this.#known.delete(old);
      return true;
    }
    return false;
  }
}
