/** The process in which time is measured: its garbage collector can be called, and it does nothing else. */
import { seeded } from "@pushmeter/testkit/random";
import { serve } from "@pushmeter/testkit/serve";
import { measured } from "../child.ts";
import { contenders } from "./contenders.ts";
import { type Rounds, type RoundsOptions, runRounds } from "./rounds.ts";

export interface TimeOptions extends Omit<RoundsOptions, "random" | "onRound"> {
  readonly seed: number;
}

await measured(async ({ seed, ...options }: TimeOptions, progress): Promise<Rounds> => {
  const sink = await serve(() => new Response());
  const all = contenders(`${sink.url}/v1/metrics`);
  const onRound = (round: number) => progress(`round ${round}`);
  const result = await runRounds(all, { ...options, random: seeded(seed), onRound });
  // A contender that counts wrongly fails the bench.
  for (const { name, counted } of all) {
    const count = counted ? await counted() : result.requests;
    if (count !== result.requests) throw new Error(`${name} counted ${count} of ${result.requests} requests`);
  }
  for (const { shutdown } of all) await shutdown?.();
  sink.close();
  return result;
});
