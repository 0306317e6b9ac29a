import { describe, expect, it } from "vitest";
import type { AggregatorBinding } from "./binding.ts";
import { scrapeOnly } from "./core/scrape-only.ts";
import { ingest } from "./ingest.ts";
import { body, histogram, sum } from "./testing/otlp.ts";
import { FakeObject } from "./testing/simulation.ts";

const HEADERS = { authorization: "Bearer t" };

/** A service with one shard, as a Worker reads it. */
class Service {
  readonly shard: FakeObject;
  #seq = 0;

  constructor(more: ConstructorParameters<typeof FakeObject>[1]) {
    this.shard = new FakeObject("remote write", more);
  }

  send(...metrics: object[]): void {
    const resource = { "service.name": "courses" };
    this.shard.push({ instance: "a", seq: ++this.#seq }, body({ resource, metrics }), "json");
  }

  /** The lines of a scrape that begin with this. */
  async scrape(start: string): Promise<string[]> {
    const binding = {
      idFromName: (name: string) => name,
      get: () => ({ families: async () => this.shard.host.families() }),
    } as unknown as AggregatorBinding;
    const request = new Request("http://aggregator/metrics?service=courses", { headers: HEADERS });
    const response = await ingest(request, binding, { token: "t" });
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    return (await response.text()).split("\n").filter((line) => line.startsWith(start));
  }
}

describe("a scrape of totals that are pushed", () => {
  it("has the series of the pushes, each name's together under one type", async () => {
    const service = new Service({ labels: { region: "eu" }, prefix: "staging-" });
    const { shard } = service;
    const { runtime } = shard;
    service.send(sum(3, runtime.now(), { attributes: { job: "x" } }), histogram(2, runtime.now()));
    expect(await service.scrape("logins")).toEqual([
      'logins_total{exported_job="x",region="eu",job="courses",instance="staging-shard-0"} 3',
    ]);
    expect(await service.scrape("# TYPE size")).toEqual(["# TYPE size histogram"]);
    await shard.nextHeartbeat();
    const pushed = shard.receiver.series("size_bucket").map(({ labels }) => labels);
    expect(pushed).toHaveLength(2);
    const lines = await service.scrape("size_bucket");
    const scraped = lines.map((line) =>
      Object.fromEntries(Array.from(line.matchAll(/(\w+)="(.*?)"/g), ([, name, value]) => [name, value])),
    );
    expect(scraped.map((labels) => ({ ...labels, __name__: "size_bucket" }))).toEqual(
      pushed.map((labels) => ({ ...labels, __name__: "size_bucket" })),
    );
  });

  it("tells of pushes that fail", async () => {
    const service = new Service({});
    const { shard } = service;
    service.send(sum(1, shard.runtime.now()));
    shard.network = async () => new Response("no", { status: 503 });
    await shard.nextHeartbeat();
    await shard.nextHeartbeat();
    expect(await service.scrape("pushmeter_aggregator_pushes_total{")).toEqual([
      'pushmeter_aggregator_pushes_total{result="unavailable",job="courses",instance="shard-0"} 2',
    ]);
  });
});

describe("a scrape of totals that are only scraped", () => {
  it("sees a new counter's zero for one interval, and never a total that falls", async () => {
    const service = new Service({ destination: scrapeOnly });
    const { shard } = service;
    const value = async () =>
      (await service.scrape("logins_total")).map((line) => Number(line.split(" ").at(-1)));
    const seen: number[] = [];
    const look = async () => seen.push(...(await value()));
    service.send(sum(3, shard.runtime.now()));
    await look();
    await shard.nextHeartbeat();
    await look();
    shard.restart();
    await look();
    await shard.nextHeartbeat();
    await look();
    service.send(sum(4, shard.runtime.now()));
    shard.restart();
    await look();
    await shard.nextHeartbeat();
    await look();
    expect(seen).toEqual([0, 0, 0, 3, 3, 7]);
  });

  it("loses the series ten minutes after the last batch, and sees the old total first when they come again", async () => {
    const service = new Service({ destination: scrapeOnly });
    const { shard } = service;
    service.send(sum(3, shard.runtime.now()));
    for (let n = 0; n < 45; n++) await shard.nextHeartbeat();
    expect(await service.scrape("logins_total")).toEqual([]);
    service.send(sum(4, shard.runtime.now()));
    const line = (value: number) => [`logins_total{job="courses",instance="shard-0"} ${value}`];
    await shard.nextHeartbeat();
    expect(await service.scrape("logins_total")).toEqual(line(3));
    await shard.nextHeartbeat();
    expect(await service.scrape("logins_total")).toEqual(line(7));
  });
});
