/**
 * One shard on any platform: takes batches, answers once they are stored, pushes the totals on the heartbeat. A
 * Durable Object, a server and a simulation differ in what they pass as `HostOptions`, and in nothing else.
 */
import type { Family } from "@pushmeter/sdk/prometheus";
import { Commits } from "./commits.ts";
import { familiesOf } from "./families-of.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { HostOptions } from "./host-options.ts";
import { type HeartbeatEntry, Journal } from "./journal.ts";
import { type Message, type Packed, type Reply, type Status, unpack, VERSION } from "./message.ts";
import { BadInput, jobOf } from "./model.ts";
import { Decoder } from "./otlp.ts";
import type { Sample } from "./outgoing.ts";
import { sampleClock } from "./sample-clock.ts";
import { type BatchId, Shard, type Target } from "./shard.ts";
import { statusOf } from "./status.ts";
import { LARGEST_VALUE, type Stored } from "./store.ts";
import { Warnings } from "./warnings.ts";

const FORGET_AFTER = 24 * 3_600_000;
export class ShardHost {
  /** @internal Tests look into it. */
  readonly shard: Shard;
  readonly #options: HostOptions;
  readonly #decoder = new Decoder();
  readonly #journal: Journal;
  #heartbeat: Heartbeat | undefined;
  #alarmAt = 0;
  readonly #commits: Commits;
  readonly #warnings: Warnings;
  /** Why there is no heartbeat. */
  #error: string | undefined;
  #isAborted = false;
  #isClosing = false;

  /**
   * @param stored - what `options.store.load()` returned.
   * @throws Error if a later version of this package wrote it.
   */
  constructor(options: HostOptions, stored: Stored) {
    this.#options = options;
    const { runtime, gather } = options;
    this.shard = new Shard(options.native);
    this.#commits = new Commits(runtime, () => this.flush(), gather);
    this.#warnings = new Warnings(() => runtime.now());
    this.#journal = new Journal(options.store, this.shard, this.#decoder);
    const damaged = this.#journal.restore(stored);
    if (!damaged.length) return;
    const now = runtime.now();
    this.shard.count("pushmeter.aggregator.set_aside", {}, damaged.length, now, "counter");
    console.error(
      `pushmeter: aggregator: ${damaged.length} stored rows could not be read and were set aside`,
    );
    // Its caller cannot wait for it; `abort` hears of a failure.
    this.#guarded(async () => {
      await options.store.setAside(damaged);
      await this.#journal.save();
    }).catch(() => {});
  }

  static async open(options: HostOptions): Promise<ShardHost> {
    return new ShardHost(options, await options.store.load());
  }

  /** Merges a batch, once however often it comes; resolves when it is stored. */
  async push(message: Packed | Message): Promise<Reply> {
    const reply = this.receive(message);
    if (reply.status === "stored" || reply.status === "duplicate") await this.commit();
    return reply;
  }

  /** Merges a batch in memory. The answer holds after the next `commit`. */
  receive(sent: Packed | Message): Reply {
    const message = unpack(sent);
    if (message?.version !== VERSION) {
      return { status: "later", reason: `the shard speaks version ${VERSION}, got ${message?.version}` };
    }
    if (this.#isAborted || this.#isClosing) {
      return { status: "later", reason: "the shard is starting again" };
    }
    const { id, target, encoding, body } = message;
    const { shard } = this;
    try {
      if (body.byteLength > LARGEST_VALUE) throw new BadInput(`larger than ${LARGEST_VALUE} bytes`);
      const [batch, ...others] = this.#decoder.decode(encoding, body);
      if (!batch || others.length) throw new BadInput("not exactly one resource");
      if (shard.target && jobOf(shard.target.resource) !== jobOf(target.resource)) {
        throw new BadInput("another service's batch");
      }
      const now = this.#options.runtime.now();
      const isKnown = shard.isKnown(id);
      const status = shard.merge(id, batch, now);
      shard.target ??= target;
      if (!isKnown) this.#journal.append(message, now);
      if (this.#alarmAt < now - this.#options.interval) this.#setAlarm(now);
      return { status, rejected: [...batch.rejected] };
    } catch (error) {
      if (error instanceof BadInput) return { status: "refused", reason: error.message };
      throw error;
    }
  }

  /** Stores all that was received. Batches that come while others are being stored share a row. */
  commit(): Promise<void> {
    return this.#commits.commit();
  }

  /** Stores all that was received, at once. */
  flush(): Promise<void> {
    return this.#guarded(async () => {
      await this.#journal.flush();
      if (this.#journal.isFull) await this.#journal.save();
    });
  }

  /**
   * Counts a request that was refused before any shard saw it, and says why.
   *
   * @param target - of the shard, should this be the first that it hears.
   * @param status - of the answer.
   */
  refused(target: Target, status: number, reason: string): void {
    const now = this.#options.runtime.now();
    const { shard } = this;
    shard.target ??= target;
    shard.received = now;
    shard.asleep = false;
    shard.count("pushmeter.aggregator.refused", { status }, 1, now, "counter");
    this.#warnings.warn("refused", `a request was refused with ${status}: ${reason}`);
    if (this.#alarmAt < now - this.#options.interval) this.#setAlarm(now);
    // The answer does not wait for it; `abort` hears of a failure.
    this.commit().catch(() => {});
  }

  /** A heartbeat if one is due. Never rejects: a platform may give up an alarm that keeps failing. */
  async alarm(): Promise<void> {
    this.#setAlarm(this.#options.runtime.now());
    await this.#beat(false);
    if (!this.shard.asleep) return;
    this.#alarmAt = 0;
    this.#options.alarm.clear();
  }

  /**
   * Pushes what has come since the last heartbeat, and takes nothing more. Another host may then start from the store.
   * No heartbeat may be under way. Never rejects.
   */
  async close(): Promise<void> {
    this.#options.alarm.clear();
    this.#isClosing = true;
    if (!this.#isAborted) await this.#beat(true);
    this.#isAborted = true;
  }

  /** Ends all series at the next heartbeat and begins new ones. Which batches are known stays known. */
  async reset(): Promise<void> {
    const { shard } = this;
    const wasAsleep = shard.asleep;
    shard.series.end();
    if (wasAsleep) shard.series.remove(new Set(Array.from(shard.series, ({ id }) => id)));
    await this.#guarded(() => this.#journal.save());
  }

  /**
   * Something of the same sender is in the totals.
   *
   * @param instance - its `service.instance.id`, which identifies senders without numbers.
   */
  knows(id: BatchId, instance: string): boolean {
    return this.shard.knows(id, instance);
  }

  /**
   * The totals as they are pushed, for a scrape; none while they have ended. Where they are only scraped, a new counter
   * stands at zero for one interval.
   *
   * @throws TypeError if there is no destination.
   */
  families(): Family[] {
    const { target, series, asleep } = this.shard;
    if (!target || asleep) return [];
    this.#heartbeat ??= this.#start();
    const { isScraped } = this.#heartbeat;
    const samples = Array.from(
      series,
      (one): Sample => [one, isScraped ? (one.sent ?? one.zero) : one.value],
    );
    const { prefix = "", labels } = this.#options;
    return familiesOf(samples, { ...target, shard: prefix + target.shard }, labels);
  }

  status(): Status {
    const error = this.#error && { time: this.#options.runtime.now(), result: "error", error: this.#error };
    return statusOf(this.shard, this.#heartbeat, error || this.#heartbeat?.last);
  }

  async #beat(isLast: boolean): Promise<void> {
    const { runtime } = this.#options;
    try {
      this.#heartbeat ??= this.#start();
      this.#error = undefined;
      await this.#heartbeat.run(runtime.now(), isLast);
      this.#journal.note({ state: this.shard.state });
      await this.flush();
      this.#warn();
    } catch (error) {
      this.#error = String(error);
      console.error(`pushmeter: aggregator: ${this.#error}`);
    }
  }

  #setAlarm(now: number): void {
    const { alarm, interval } = this.#options;
    this.#alarmAt = (Math.floor(now / interval) + 1) * interval;
    alarm.set(this.#alarmAt);
  }

  #start(): Heartbeat {
    const { runtime, destination, interval, labels, prefix, forgetAfter = FORGET_AFTER } = this.#options;
    const clock = sampleClock(runtime);
    return new Heartbeat({
      shard: this.shard,
      destination: destination(clock),
      clock,
      note: (entry: HeartbeatEntry) => {
        this.#journal.note(entry);
        return this.#guarded(() => this.#journal.flush());
      },
      interval,
      forgetAfter,
      labels,
      prefix,
    });
  }

  #warn(): void {
    if (!this.#heartbeat?.hasRival) return;
    const { target } = this.shard;
    const job = target && jobOf(target.resource);
    const instance = `${this.#options.prefix ?? ""}${target?.shard}`;
    this.#warnings.warn(
      "rival",
      `another writer writes the series job="${job}" instance="${instance}": give one of them a prefix or labels`,
    );
  }

  /** After a failed write, memory is ahead of the store: nothing more may be answered from it. */
  async #guarded(write: () => Promise<void>): Promise<void> {
    if (this.#isAborted) throw new Error("pushmeter: the shard is starting again");
    try {
      await write();
    } catch (error) {
      this.#isAborted = true;
      this.#options.abort(`pushmeter: not stored: ${error}`);
      throw error;
    }
  }
}
