/** The process in which time is measured: its garbage collector can be called, and it does nothing else. */
import { seeded } from "@pushmeter/testkit/random";
import { serve } from "@pushmeter/testkit/serve";
import { contenders } from "./contenders.ts";
import { type Rounds, type RoundsOptions, runRounds } from "./rounds.ts";

/** The process's first argument, as JSON. */
export interface ChildOptions extends Omit<RoundsOptions, "random" | "onRound"> {
  readonly seed: number;
}

/** The process's messages: how far it is, and in the end the times. */
export type ChildMessage = { readonly round: number } | Rounds;

const { seed, ...options } = JSON.parse(process.argv[2] ?? "") as ChildOptions;
const say = (message: ChildMessage) => process.send?.(message);
process.on("disconnect", () => process.exit());

const sink = await serve(() => new Response());
const all = contenders(`${sink.url}/v1/metrics`);

const result = await runRounds(all, {
  ...options,
  random: seeded(seed),
  onRound: (round) => say({ round }),
});

// A contender that counts wrongly fails the bench.
for (const { name, counted } of all) {
  const count = counted ? await counted() : result.requests;
  if (count !== result.requests) throw new Error(`${name} counted ${count} of ${result.requests} requests`);
}
for (const { shutdown } of all) await shutdown?.();
sink.close();
say(result);
process.disconnect?.();
