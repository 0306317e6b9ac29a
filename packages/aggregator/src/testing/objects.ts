import { FakeRuntime } from "@pushmeter/sdk/testing";
import type { AggregatorStub } from "../binding.ts";
import { MemoryStore, ShardHost } from "../core/index.ts";
import { scrapeOnly } from "../core/scrape-only.ts";

/** Objects by name, as the platform keeps them. */
export class Objects {
  readonly runtime = new FakeRuntime();
  readonly hosts = new Map<string, ShardHost>();

  idFromName(name: string): string {
    return name;
  }

  get(name: string): AggregatorStub {
    const host = this.hosts.get(name) ?? this.#start();
    this.hosts.set(name, host);
    return {
      push: async (message) => host.receive(message),
      status: async () => host.status(),
      knows: async (id, instance) => host.knows(id, instance),
      refused: async (...refusal) => host.refused(...refusal),
      reset: () => host.reset(),
      families: async () => host.families(),
    };
  }

  #start(): ShardHost {
    const store = new MemoryStore();
    const options = {
      store,
      runtime: this.runtime,
      alarm: { set: () => {}, clear: () => {} },
      destination: scrapeOnly,
      interval: 15_000,
      abort: () => {},
    };
    return new ShardHost(options, store.load());
  }

  /** What all shards have of a metric, by shard. */
  totals(name: string): Record<string, number> {
    const totals: Record<string, number> = {};
    for (const [
      shard,
      {
        shard: { series },
      },
    ] of this.hosts) {
      for (const { family, value } of series) if (family.name === name) totals[shard] = Number(value);
    }
    return totals;
  }
}
