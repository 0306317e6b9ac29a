/** The metrics that the product and its example really emit, with their labels, as they reach a receiver. */
import { measure } from "@pushmeter/adapters/measure";
import { MemoryStore, ShardHost, TimerAlarm, VERSION } from "@pushmeter/aggregator/core";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { seeded } from "@pushmeter/testkit/random";
import { Clock } from "../traffic/clock.ts";
import { type HistoryOptions, writeHistory } from "../traffic/history.ts";

/** Not the product's: a Pushgateway adds it to every group. */
const PUSHGATEWAY = ["push_time_seconds"];

/** The aggregator's own metrics have it too if docs/aggregator-server.md's scrape adds it. */
const OWN = /^pushmeter_aggregator_/;
const SCRAPED = "scraped";

/** Metric names to label names. */
export type Emitted = ReadonlyMap<string, ReadonlySet<string>>;

export async function emitted(): Promise<Emitted> {
  const names = new Map(PUSHGATEWAY.map((name) => [name, new Set(["job", "instance"])]));
  const add = (name: string, labels: readonly string[]) => {
    names.set(name, new Set([...(names.get(name) ?? []), ...labels]));
  };
  const wires = await Promise.all([...[{}, { shards: 1 }].map(received), measured(), troubled()]);
  for (const [name, labels] of wires.flat()) {
    add(name, OWN.test(name) ? [...labels, SCRAPED] : labels);
    // So a native histogram is called; that it arrives as such is for data.test.ts to see.
    if (name.endsWith("_bucket")) add(name.replace(/_bucket$/, ""), labels);
  }
  return names;
}

async function received(wire: Pick<HistoryOptions, "shards">): Promise<[string, string[]][]> {
  // A fixed time, so that the same triggers fire in every run.
  const end = Date.UTC(2026, 0, 1);
  const receiver = new Receiver({ now: () => end });
  await writeHistory({
    url: "http://receiver.example/api/v1/write",
    network: receiver.fetch,
    end,
    minutes: 5,
    rate: 1,
    prefix: "names",
    random: seeded(1),
    ...wire,
  });
  return receiver.series().map(({ name, labels }) => [name, Object.keys(labels)]);
}

/** A function that is measured by itself, which the example has none of. */
async function measured(): Promise<[string, string[]][]> {
  const receiver = new Receiver();
  const push = remoteWrite({ url: "http://receiver.example/api/v1/write", fetch: receiver.fetch });
  const pushmeter = createPushmeter({ service: "names", push });
  measure(pushmeter, "job", () => {})();
  await pushmeter.shutdown();
  return receiver.series().map(({ name, labels }) => [name, Object.keys(labels)]);
}

/** A shard that could not read a row, refused a request and has no room: what it says only then. */
async function troubled(): Promise<[string, string[]][]> {
  const receiver = new Receiver();
  const clock = new Clock(Date.UTC(2026, 0, 1), "names", seeded(1), receiver.fetch);
  const store = new MemoryStore();
  store.append([{ entries: "[unreadable", bodies: new Uint8Array() }]);
  const host: ShardHost = new ShardHost(
    {
      store,
      runtime: clock,
      alarm: new TimerAlarm(clock, () => void host.alarm()),
      destination: (samples) => remoteWrite({ url: "http://receiver.example/api/v1/write" }, samples),
      interval: 15_000,
      abort: (reason) => {
        throw new Error(reason);
      },
    },
    store.load(),
  );
  const target = { resource: { "service.name": "names" }, shard: "shard-0" };
  host.refused(target, 413, "too large");
  const body = new TextEncoder().encode(JSON.stringify(manySets(2_100, clock.now())));
  const pushed = host.push({
    version: VERSION,
    id: { instance: "names", seq: 1 },
    target,
    encoding: "json",
    body,
  });
  // Three heartbeats: the first values follow their zeros.
  await clock.pass(50_000);
  await pushed;
  return receiver.series().map(({ name, labels }) => [name, Object.keys(labels)]);
}

/** OTLP: a counter with so many attribute sets. */
function manySets(sets: number, time: number): object {
  const dataPoints = Array.from({ length: sets }, (_, i) => ({
    asInt: "1",
    timeUnixNano: `${time}000000`,
    attributes: [{ key: "room", value: { intValue: `${i}` } }],
  }));
  const sum = { aggregationTemporality: 1, isMonotonic: true, dataPoints };
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: "visits", sum }] }] }] };
}
