import { SeededRandom } from "./random.ts";

/** For tests: prints its seed; the variable `SEED` repeats a run. */
export class Random extends SeededRandom {
  constructor(seed = Number(process.env.SEED) || Math.floor(Math.random() * 2 ** 31)) {
    super(seed);
    console.info(`SEED=${seed}`);
  }
}
