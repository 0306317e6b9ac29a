/** Many short rounds of all contenders in a changing order, so that a disturbance hits all of them. */
import { setImmediate } from "node:timers/promises";
import { shuffled } from "@pushmeter/testkit/random";
import type { Contender, ExecutionContext } from "./contenders.ts";

export interface RoundsOptions {
  readonly requests: number;
  /** No round starts after this many ms. */
  readonly budget: number;
  readonly random: () => number;
  readonly onRound: (rounds: number) => void;
}

export interface Rounds {
  /** Per contender, by name: microseconds per request, one value per round. */
  readonly times: ReadonlyMap<string, number[]>;
  /** How many requests each contender has answered, the warm-up included. */
  readonly requests: number;
}

const WARM_UP_ROUNDS = 12;

export async function runRounds(contenders: readonly Contender[], options: RoundsOptions): Promise<Rounds> {
  const { requests, budget, random, onRound } = options;
  const times = new Map(contenders.map(({ name }) => [name, [] as number[]]));
  const end = performance.now() + budget;
  let round = 0;
  for (; round < WARM_UP_ROUNDS || performance.now() < end; round++) {
    for (const contender of shuffled(contenders, random)) {
      // Timers and their pushes run here, between the rounds, for all contenders alike.
      await setImmediate();
      globalThis.gc?.();
      const time = await timeRequests(contender, requests);
      if (round >= WARM_UP_ROUNDS) times.get(contender.name)?.push(time);
    }
    onRound(round + 1);
  }
  return { times, requests: round * requests };
}

class Context implements ExecutionContext {
  readonly props = {};
  waitUntil(_promise: Promise<unknown>): void {}
  passThroughOnException(): void {}
}

/**
 * Microseconds per request, one after the other. CPU time of this thread, because other processes do not change it.
 */
async function timeRequests(contender: Contender, requests: number): Promise<number> {
  const env = {};
  const started = process.threadCpuUsage();
  for (let i = 0; i < requests; i++) {
    const request = new Request(`http://courses.example/courses/${i}`);
    const response = await contender.fetch(request, env, new Context());
    if (response.status !== 200) throw new Error(`${contender.name} answered ${response.status}`);
  }
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / requests;
}
