/** The aggregator's own merge core and heartbeat on the history's clock, in the places of as many objects. */
import { beatClock, decode, encodeCompact, Heartbeat, Shard } from "@pushmeter/aggregator/core";
import { type Destination, PushError } from "@pushmeter/sdk";
import { deltaDestination } from "@pushmeter/sdk/otlp";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Clock } from "./clock.ts";

const BEAT = 15_000;
/** One answer in so many is lost: the instance sends the batch again. */
const LOST = 60;

export class Aggregator {
  readonly #shards: readonly Shard[];
  readonly #clock: Clock;
  #instances = 0;
  #batches = 0;

  /** @param url - where the totals are written. */
  constructor(url: string, service: string, clock: Clock, shards: number) {
    this.#clock = clock;
    this.#shards = Array.from({ length: shards }, (_, i) => {
      const shard = new Shard();
      shard.target = { resource: { "service.name": service }, shard: `shard-${i}` };
      const beats = beatClock(clock);
      const heartbeat = new Heartbeat({
        shard,
        destination: remoteWrite({ url }, beats),
        clock: beats,
        // There is nothing here that could forget.
        save: () => {},
        every: BEAT,
      });
      const wait = () => void clock.timer(heartbeat.next(clock.now()) - clock.now(), beat);
      const beat = () => {
        void heartbeat.beat(clock.now());
        wait();
      };
      wait();
      return shard;
    });
  }

  /** What one instance pushes to. */
  destination(): Destination {
    const shard = this.#shards[this.#instances++ % this.#shards.length] as Shard;
    const clock = this.#clock;
    return deltaDestination(
      {
        encode: encodeCompact,
        deliver: async ({ instance, seq, body }) => {
          for (const batch of decode("compact", body)) shard.merge({ instance, seq }, batch, clock.now());
          if (++this.#batches % LOST === 0) throw new PushError("timeout", "the answer was lost");
          return undefined;
        },
      },
      clock,
    );
  }
}
