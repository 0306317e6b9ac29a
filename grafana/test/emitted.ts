/** The metrics that the product and its example really emit, with their labels, as they reach a receiver. */
import { measure } from "@pushmeter/adapters/measure";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { seeded } from "@pushmeter/testkit/random";
import { type HistoryOptions, writeHistory } from "../traffic/history.ts";

/** Not the product's: a Pushgateway adds it to every group. */
const PUSHGATEWAY = ["push_time_seconds"];

/** Metric names to label names. */
export type Emitted = ReadonlyMap<string, ReadonlySet<string>>;

export async function emitted(): Promise<Emitted> {
  const names = new Map(PUSHGATEWAY.map((name) => [name, new Set(["job", "instance"])]));
  const add = (name: string, labels: readonly string[]) => {
    names.set(name, new Set([...(names.get(name) ?? []), ...labels]));
  };
  const wires = await Promise.all([...[{}, { shards: 1 }].map(received), measured()]);
  for (const [name, labels] of wires.flat()) {
    add(name, labels);
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
