/** The process in which time is measured: its garbage collector can be called, and it does nothing else. */
import { seeded } from "@pushmeter/testkit/random";
import { serve } from "@pushmeter/testkit/serve";
import { contenders } from "./contenders.ts";
import { runRounds } from "./rounds.ts";

/** The process's first argument, as JSON. */
export interface ChildOptions {
  readonly seed: number;
  readonly requests: number;
  readonly budget: number;
}

/** The process's messages: how far it is, and in the end the times by contender. */
export type ChildMessage =
  | { readonly rounds: number; readonly seconds: number }
  | { readonly times: Record<string, number[]> };

const { seed, requests, budget } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const say = (message: ChildMessage) => process.send?.(message);
process.on("disconnect", () => process.exit());

const sink = await serve(() => new Response());
const all = contenders(`${sink.url}/v1/metrics`);

const started = performance.now();
const result = await runRounds(all, {
  requests,
  budget,
  random: seeded(seed),
  onRound: (rounds) => say({ rounds, seconds: (performance.now() - started) / 1000 }),
});

// A contender that counts wrongly fails the bench.
for (const { name, counted } of all) {
  const count = counted ? await counted() : result.requests;
  if (count !== result.requests) throw new Error(`${name} counted ${count} of ${result.requests} requests`);
}
for (const { shutdown } of all) await shutdown?.();
sink.close();
say({ times: Object.fromEntries(result.times) });
process.disconnect?.();
