/** Many short rounds of all contenders in a changing order, so that a disturbance hits all of them. */
import { setImmediate } from "node:timers/promises";
import { shuffled } from "@pushmeter/testkit/random";
import { median } from "@pushmeter/testkit/statistics";
import type { Contender, ExecutionContext } from "./contenders.ts";

export interface RoundsOptions {
  /** In a round, to each contender. */
  readonly requests: number;
  /** How many requests run at the same time. */
  readonly together: number;
  /** How many rounds count; others before them warm up. */
  readonly rounds: number;
  readonly random: () => number;
  readonly onRound: (rounds: number) => void;
}

export interface Rounds {
  /** Per contender, by name: microseconds per request, the median of the rounds. */
  readonly times: Readonly<Record<string, number>>;
  /** How many requests each contender has answered, the warm-up included. */
  readonly requests: number;
}

const WARM_UP_ROUNDS = 10;

export async function runRounds(contenders: readonly Contender[], options: RoundsOptions): Promise<Rounds> {
  const { rounds, random, onRound } = options;
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  const all = WARM_UP_ROUNDS + rounds;
  for (let round = 0; round < all; round++) {
    for (const contender of shuffled(contenders, random)) {
      // Timers and their pushes run here, between the rounds, for all contenders alike.
      await setImmediate();
      globalThis.gc?.();
      const time = await timeRequests(contender, options);
      if (round >= WARM_UP_ROUNDS) times.get(contender.name)?.push(time);
    }
    onRound(round + 1);
  }
  return {
    times: Object.fromEntries([...times].map(([name, values]) => [name, median(values)])),
    requests: all * options.requests,
  };
}

class Context implements ExecutionContext {
  readonly props = {};
  waitUntil(_promise: Promise<unknown>): void {}
  passThroughOnException(): void {}
}

/** Microseconds per request. CPU time of this thread, because other processes do not change it. */
async function timeRequests(contender: Contender, { requests, together }: RoundsOptions): Promise<number> {
  const env = {};
  const one = async (id: number) => {
    const request = new Request(`http://courses.example/courses/${id}`);
    const response = await contender.fetch(request, env, new Context());
    if (response.status !== 200) throw new Error(`${contender.name} answered ${response.status}`);
  };
  const started = process.threadCpuUsage();
  for (let i = 0; i < requests; i += together) {
    await Promise.all(Array.from({ length: together }, (_, j) => one(i + j)));
  }
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / requests;
}
