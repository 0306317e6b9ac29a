/** The Durable Object: a shard, its storage and its alarm. */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import type { Destination, Runtime } from "@pushmeter/sdk";
import { systemRuntime } from "@pushmeter/sdk/adapter";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { beatClock } from "./core/beat-clock.ts";
import { Heartbeat } from "./core/heartbeat.ts";
import { BadInput, jobOf } from "./core/model.ts";
import { decode } from "./core/otlp.ts";
import { Shard } from "./core/shard.ts";
import { Journal } from "./journal.ts";
import { type AggregatorStub, type Message, type Reply, type Status, VERSION } from "./message.ts";

export interface AggregatorOptions<Env> {
  /**
   * Where the totals go. `runtime` tells the time of the samples: hand it to the destination. Default: remote
   * write to `PUSHMETER_REMOTE_WRITE_URL` or a Pushgateway at `PUSHMETER_PUSHGATEWAY_URL`, with the bearer token
   * of the same name ending in `_TOKEN`.
   */
  readonly push?: ((env: Env, runtime: Runtime) => Destination) | undefined;
  /** Between two pushes of all totals, ms. Default 15,000. */
  readonly every?: number | undefined;
}

const EVERY = 15_000;
/** What one stored value holds. */
const LARGEST_BODY = 1_900_000;

/** A class to export from a Worker, as `Aggregator` is, with other options. */
export function createAggregator<Env = unknown>({
  push = fromEnvironment,
  every = EVERY,
}: AggregatorOptions<Env> = {}): new (
  ctx: ConstructorParameters<typeof DurableObject>[0],
  env: Env,
) => DurableObject<Env> & AggregatorStub & { alarm(): Promise<void> } {
  if (!(Number.isInteger(every) && every >= 100 && every <= 60_000)) {
    throw new TypeError(`pushmeter: createAggregator every must be 100 to 60000 ms, got ${every}`);
  }
  return class Aggregator extends DurableObject<Env> implements AggregatorStub {
    readonly #shard = new Shard();
    readonly #journal: Journal;
    readonly #clock = beatClock(systemRuntime);
    #heartbeat: Heartbeat | undefined;
    #alarmAt = 0;
    #commit: Promise<void> | undefined;
    #error: string | undefined;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#journal = new Journal(ctx.storage);
      this.#journal.load(this.#shard);
    }

    /** Merges a batch, once however often it comes; the answer leaves when it is stored. */
    async push(message: Message): Promise<Reply> {
      if (message?.version !== VERSION) {
        return { status: "later", reason: `the object speaks version ${VERSION}, got ${message?.version}` };
      }
      const { id, target, encoding, body } = message;
      const shard = this.#shard;
      try {
        if (body.byteLength > LARGEST_BODY) throw new BadInput(`larger than ${LARGEST_BODY} bytes`);
        const [batch, ...others] = decode(encoding, body);
        if (!batch || others.length) throw new BadInput("not exactly one resource");
        if (shard.target && jobOf(shard.target.resource) !== jobOf(target.resource)) {
          throw new BadInput("another service's batch");
        }
        const now = Date.now();
        if (!shard.isKnown(id)) {
          this.#journal.append(message, now);
          shard.target ??= target;
        }
        const status = shard.merge(id, batch, now);
        if (this.#alarmAt < now - every) this.#wake(now);
        await this.#committed();
        return { status, rejected: [...batch.rejected] };
      } catch (error) {
        if (error instanceof BadInput) return { status: "refused", reason: error.message };
        throw error;
      }
    }

    /** Batches that come while others are being stored share the next transaction: it costs more than a row. */
    #committed(): Promise<void> {
      this.#commit ??= this.ctx.storage.sync().then(() => {
        this.#commit = undefined;
        try {
          this.#journal.flush();
          if (this.#journal.isFull) this.#journal.save(this.#shard);
        } catch (error) {
          // Memory is ahead of the storage: begin again from what is stored.
          this.ctx.abort(`pushmeter: not stored: ${error}`);
        }
      });
      return this.#commit;
    }

    async status(): Promise<Status> {
      const { target, instances, totals, asleep } = this.#shard;
      const batches = (result: string) => {
        for (const { metric, attributes, value } of totals) {
          if (metric.name === "pushmeter.aggregator.batches" && attributes.result === result)
            return Number(value);
        }
        return 0;
      };
      const last = this.#heartbeat?.last;
      return {
        shard: target?.shard,
        job: target && jobOf(target.resource),
        instances,
        series: totals.size,
        batches: batches("merged"),
        duplicates: batches("duplicate"),
        failures: this.#heartbeat?.failures ?? 0,
        lastPush: this.#error ? { time: Date.now(), result: "error", error: this.#error } : last,
        asleep,
      };
    }

    /** A beat. An alarm that throws seven times in a row is lost for ever: the next is set first, and it never throws. */
    async alarm(): Promise<void> {
      this.#wake(Date.now());
      try {
        this.#heartbeat ??= this.#start();
        this.#error = undefined;
        await this.#heartbeat.beat(Date.now());
      } catch (error) {
        this.#error = String(error);
        console.error(`pushmeter: aggregator: ${this.#error}`);
      }
      if (!this.#shard.asleep) return;
      this.#alarmAt = 0;
      void this.ctx.storage.deleteAlarm();
    }

    #wake(now: number): void {
      this.#alarmAt = (Math.floor(now / every) + 1) * every;
      void this.ctx.storage.setAlarm(this.#alarmAt);
    }

    #start(): Heartbeat {
      const clock = this.#clock;
      return new Heartbeat({
        shard: this.#shard,
        destination: push(this.env, clock),
        clock,
        save: () => this.#journal.save(this.#shard),
        every,
      });
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
