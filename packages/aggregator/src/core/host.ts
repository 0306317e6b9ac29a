/**
 * One shard on any platform: takes batches, answers once they are stored, pushes the totals on the heartbeat. A
 * Durable Object, a server and a simulation differ in what they pass as `HostOptions`, and in nothing else.
 */
import type { Destination, Runtime } from "@pushmeter/sdk";
import { Heartbeat } from "./heartbeat.ts";
import { Journal } from "./journal.ts";
import { type Message, type Reply, type Status, VERSION } from "./message.ts";
import { BadInput, jobOf } from "./model.ts";
import { decode } from "./otlp.ts";
import { sampleClock } from "./sample-clock.ts";
import { Shard } from "./shard.ts";
import { LARGEST_VALUE, type Store, type Stored } from "./store.ts";

/** Calls `ShardHost.alarm` at a time. A new time replaces the last one. */
export interface Alarm {
  /** @param time - milliseconds since the epoch. */
  set(time: number): void;
  clear(): void;
}

export interface HostOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly alarm: Alarm;
  /** Made at the first heartbeat. `clock` gives the samples their time. */
  readonly destination: (clock: Runtime) => Destination;
  /** Between two heartbeats, ms. */
  readonly interval: number;
  /** Resolves when it is time to store what has come in; what comes until then shares a row. Default: at once. */
  readonly gather?: (() => Promise<void>) | undefined;
  /**
   * Memory may be ahead of the store: this host must take nothing more, and another one has to start from the store.
   *
   * @param reason - for a log.
   */
  readonly abort: (reason: string) => void;
}

export class ShardHost {
  readonly shard = new Shard();
  readonly #options: HostOptions;
  readonly #journal: Journal;
  #heartbeat: Heartbeat | undefined;
  #alarmAt = 0;
  #commit: Promise<void> | undefined;
  /** Why there is no heartbeat. */
  #error: string | undefined;

  /**
   * @param stored - what `options.store.load()` returned.
   * @throws Error if a later version of this package wrote it.
   */
  constructor(options: HostOptions, stored: Stored) {
    this.#options = options;
    this.#journal = new Journal(options.store);
    this.#journal.restore(this.shard, stored);
  }

  static async open(options: HostOptions): Promise<ShardHost> {
    return new ShardHost(options, await options.store.load());
  }

  /** Merges a batch, once however often it comes; resolves when it is stored. */
  async push(message: Message): Promise<Reply> {
    const reply = this.receive(message);
    if (reply.status === "stored" || reply.status === "duplicate") await this.commit();
    return reply;
  }

  /** Merges a batch in memory. The answer holds after the next `commit`. */
  receive(message: Message): Reply {
    if (message?.version !== VERSION) {
      return { status: "later", reason: `the shard speaks version ${VERSION}, got ${message?.version}` };
    }
    const { id, target, encoding, body } = message;
    const { shard } = this;
    try {
      if (body.byteLength > LARGEST_VALUE) throw new BadInput(`larger than ${LARGEST_VALUE} bytes`);
      const [batch, ...others] = decode(encoding, body);
      if (!batch || others.length) throw new BadInput("not exactly one resource");
      if (shard.target && jobOf(shard.target.resource) !== jobOf(target.resource)) {
        throw new BadInput("another service's batch");
      }
      const now = this.#options.runtime.now();
      if (!shard.isKnown(id)) {
        this.#journal.append(message, now);
        shard.target ??= target;
      }
      const status = shard.merge(id, batch, now);
      if (this.#alarmAt < now - this.#options.interval) this.#setAlarm(now);
      return { status, rejected: [...batch.rejected] };
    } catch (error) {
      if (error instanceof BadInput) return { status: "refused", reason: error.message };
      throw error;
    }
  }

  /** Stores all that was received. Batches that come while `gather` waits share a row. */
  commit(): Promise<void> {
    const { gather } = this.#options;
    if (!gather) return this.flush();
    this.#commit ??= gather().then(() => {
      this.#commit = undefined;
      return this.flush();
    });
    return this.#commit;
  }

  /** Stores all that was received, at once. */
  flush(): Promise<void> {
    return this.#guarded(async () => {
      await this.#journal.flush();
      if (this.#journal.isFull) await this.#journal.save(this.shard);
    });
  }

  /** A heartbeat if one is due. Never rejects: a platform may give up an alarm that keeps failing. */
  async alarm(): Promise<void> {
    const { runtime, alarm } = this.#options;
    this.#setAlarm(runtime.now());
    try {
      this.#heartbeat ??= this.#start();
      this.#error = undefined;
      await this.#heartbeat.run(runtime.now());
    } catch (error) {
      this.#error = String(error);
      console.error(`pushmeter: aggregator: ${this.#error}`);
    }
    if (!this.shard.asleep) return;
    this.#alarmAt = 0;
    alarm.clear();
  }

  status(): Status {
    const { target, instances, series, asleep } = this.shard;
    const batches = (result: string) => {
      for (const { metric, attributes, value } of series) {
        if (metric.name === "pushmeter.aggregator.batches" && attributes.result === result)
          return Number(value);
      }
      return 0;
    };
    const error = this.#error && { time: this.#options.runtime.now(), result: "error", error: this.#error };
    return {
      shard: target?.shard,
      job: target && jobOf(target.resource),
      instances,
      series: series.size,
      batches: batches("merged"),
      duplicates: batches("duplicate"),
      failures: this.#heartbeat?.failures ?? 0,
      lastPush: error || this.#heartbeat?.last,
      asleep,
    };
  }

  #setAlarm(now: number): void {
    const { alarm, interval } = this.#options;
    this.#alarmAt = (Math.floor(now / interval) + 1) * interval;
    alarm.set(this.#alarmAt);
  }

  #start(): Heartbeat {
    const { runtime, destination, interval } = this.#options;
    const clock = sampleClock(runtime);
    return new Heartbeat({
      shard: this.shard,
      destination: destination(clock),
      clock,
      save: () => this.#guarded(() => this.#journal.save(this.shard)),
      interval,
    });
  }

  /** After a failed write, memory is ahead of the store: nothing more may be answered from it. */
  async #guarded(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#options.abort(`pushmeter: not stored: ${error}`);
      throw error;
    }
  }
}
