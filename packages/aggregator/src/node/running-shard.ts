/** A shard host in a process that stays: with a timer, and with an end when its store fails. */
import type { Destination, Runtime } from "@pushmeter/sdk";
import { ShardHost } from "../core/host.ts";
import type { HostOptions } from "../core/host-options.ts";
import type { Store } from "../core/store.ts";
import { TimerAlarm } from "../core/timer-alarm.ts";
import type { Log } from "./log.ts";

/** What all shards of a server have in common. */
export interface ShardContext {
  readonly runtime: Runtime;
  readonly destination: (clock: Runtime) => Destination;
  readonly settings: Pick<HostOptions, "interval" | "prefix" | "labels" | "forgetAfter" | "native">;
  readonly log: Log;
}

export interface RunningShardOptions extends ShardContext {
  /** Service and shard, as in `courses/0`. */
  readonly name: string;
  readonly store: Store;
  readonly gather?: (() => Promise<void>) | undefined;
  /** Called before each heartbeat. False: the shard is no longer this process's, and has been stopped. */
  readonly prepare?: (() => Promise<boolean>) | undefined;
  /** Called after each heartbeat. */
  readonly ended?: (() => void) | undefined;
  /** The store failed: a new one has to take its place. */
  readonly failed: (reason: string) => void;
}

export class RunningShard {
  readonly host: ShardHost;
  readonly #options: RunningShardOptions;
  readonly #alarm: TimerAlarm;
  #heartbeat: Promise<void> = Promise.resolve();
  #isStopped = false;
  #lastError: string | undefined;

  private constructor(options: RunningShardOptions, stored: Awaited<ReturnType<Store["load"]>>) {
    const { runtime, settings, store, gather, destination, failed } = options;
    this.#options = options;
    this.#alarm = new TimerAlarm(runtime, () => this.#beat());
    const alarm = {
      set: (time: number) => {
        if (!this.#isStopped) this.#alarm.set(time);
      },
      clear: () => this.#alarm.clear(),
    };
    const abort = (reason: string) => {
      if (this.#isStopped) return;
      this.stop();
      failed(reason);
    };
    this.host = new ShardHost({ ...settings, store, runtime, alarm, gather, destination, abort }, stored);
    // A series that is not asleep is owed a heartbeat, whether or not a batch comes.
    const { interval } = settings;
    if (!this.isAsleep) this.#alarm.set((Math.floor(runtime.now() / interval) + 1) * interval);
  }

  /** @throws Error if a later version of this package wrote what is stored, or it cannot be read. */
  static async open(options: RunningShardOptions): Promise<RunningShard> {
    return new RunningShard(options, await options.store.load());
  }

  /** Its series have ended, and no heartbeat is due until the next batch. */
  get isAsleep(): boolean {
    return this.host.shard.asleep;
  }

  /** The store failed, or `stop` or `close` was called. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** No further heartbeat begins. */
  stop(): void {
    this.#isStopped = true;
    this.#alarm.clear();
  }

  /** Pushes what has come since the last heartbeat; then it is over. */
  async close(): Promise<void> {
    const wasStopped = this.#isStopped;
    this.stop();
    await this.#heartbeat;
    if (wasStopped || this.isAsleep) return;
    await this.host.close();
    this.#tell();
  }

  #beat(): Promise<void> {
    this.#heartbeat = this.#heartbeat.then(async () => {
      const { prepare, ended, runtime, settings } = this.#options;
      if (this.#isStopped) return;
      try {
        if (prepare && !(await prepare())) return;
      } catch {
        // The store cannot be reached: the next heartbeat tries again, unless the shard ends by then.
        if (!this.#isStopped) this.#alarm.set(runtime.now() + settings.interval);
        return;
      }
      if (this.#isStopped) return;
      await this.host.alarm();
      this.#tell();
      ended?.();
    });
    return this.#heartbeat;
  }

  /** Says when pushes begin to fail, and when they succeed again. */
  #tell(): void {
    const { log, name } = this.#options;
    const { lastPush } = this.host.status();
    const error = lastPush?.result === "success" ? undefined : (lastPush?.error ?? lastPush?.result);
    if (error === this.#lastError) return;
    if (error) log(`the totals of ${name} are not pushed: ${error}`);
    else if (this.#lastError) log(`the totals of ${name} are pushed again`);
    this.#lastError = error;
  }
}
