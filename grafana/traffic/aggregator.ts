/** The aggregator's own shard hosts on the history's clock, in the places of as many objects. */
import { encodeCompact, MemoryStore, ShardHost, TimerAlarm, VERSION } from "@pushmeter/aggregator/core";
import { type Destination, PushError, type Runtime } from "@pushmeter/sdk";
import { deltaDestination } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Clock } from "./clock.ts";

const INTERVAL = 15_000;
/** One answer in so many is lost: the instance sends the batch again. */
const LOST = 60;

export class Aggregator {
  readonly #shards: readonly ShardHost[];
  readonly #service: string;
  readonly #clock: Clock;
  #instances = 0;
  #batches = 0;

  /** @param url - where the totals are written. */
  constructor(url: string, service: string, clock: Clock, shards: number) {
    this.#clock = clock;
    this.#service = service;
    this.#shards = Array.from({ length: shards }, () => {
      const store = new MemoryStore();
      const options = {
        store,
        runtime: clock,
        alarm: new TimerAlarm(clock, () => void host.alarm()),
        destination: (samples: Runtime) => remoteWrite({ url }, samples),
        interval: INTERVAL,
        abort: (reason: string) => {
          throw new Error(reason);
        },
      };
      const host = new ShardHost(options, store.load());
      return host;
    });
  }

  /** What one instance pushes to. */
  destination(): Destination {
    const index = this.#instances++ % this.#shards.length;
    const host = this.#shards[index] as ShardHost;
    const target = { resource: { "service.name": this.#service }, shard: `shard-${index}` };
    return deltaDestination(
      {
        encode: encodeCompact,
        deliver: async ({ instance, seq, body }) => {
          await host.push({ version: VERSION, id: { instance, seq }, target, encoding: "compact", body });
          if (++this.#batches % LOST === 0) throw new PushError("timeout", "the answer was lost");
          return undefined;
        },
      },
      this.#clock,
    );
  }
}
