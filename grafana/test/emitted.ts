/** The metrics that the product and its example really emit, with their labels, as they reach a receiver. */
import { Receiver } from "@pushmeter/sdk/testing";
import { writeHistory } from "../traffic/history.ts";
import { seeded } from "../traffic/random.ts";

/** Not the product's: a Pushgateway adds it to every group. */
const PUSHGATEWAY = ["push_time_seconds"];

/** Metric names to label names. */
export type Emitted = ReadonlyMap<string, ReadonlySet<string>>;

export async function emitted(): Promise<Emitted> {
  // A fixed time, so that the same triggers fire in every run.
  const end = Date.UTC(2026, 0, 1);
  const receiver = new Receiver({ now: () => end });
  const names = new Map(PUSHGATEWAY.map((name) => [name, new Set(["job", "instance"])]));
  await writeHistory({
    url: "http://receiver.example/api/v1/write",
    network: receiver.fetch,
    end,
    minutes: 10,
    rate: 1,
    prefix: "names",
    random: seeded(1),
  });
  for (const { name, labels } of receiver.series()) {
    const known = names.get(name) ?? new Set();
    for (const label of Object.keys(labels)) known.add(label);
    names.set(name, known);
  }
  return names;
}
