/** One function under AWS's own runtime interface client, frozen between invocations. */
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import type { LastPush } from "@pushmeter/testkit/last-push";
import type { Contender } from "./contenders.ts";
import { Sink } from "./sink.ts";

/** The handler's own time and the receiver's, ms. */
const WORK = 20;
export const RECEIVER_DELAY = 250;
/** The function's time-out, ms: an invocation that hangs takes so long. */
const TIMEOUT = 2_000;

export interface Run {
  readonly invocations: number;
  /** How long callers waited, ms, without time-outs. */
  readonly waits: readonly number[];
  readonly ends: Readonly<Record<string, number>>;
  /** Invocations that the receiver has counted in the end. */
  readonly counted: number;
  /** Pushes that the receiver has accepted. */
  readonly pushes: number;
}

export interface ColdStart {
  /** From the start of the process until it is ready and frozen, ms. */
  readonly wall: number;
  /** CPU time until then, ms: other processes on the machine do not change it. */
  readonly cpu: number;
  /** After the first invocation and its push, MB. */
  readonly rss: number;
}

/** A new environment and its first invocation. */
export async function coldStart({ env }: Contender, directory: string): Promise<ColdStart> {
  const sink = await Sink.start();
  const lambda = new LocalLambda({ directory, env: { RECEIVER: sink.url, ...env } });
  try {
    const start = performance.now();
    const environment = await lambda.environment();
    const wall = performance.now() - start;
    const { cpu } = await environment.usage();
    const { end } = await lambda.begin({ wait: WORK });
    await end;
    const { rss } = await environment.usage();
    return { wall, cpu, rss };
  } finally {
    await lambda.stop();
    sink.stop();
  }
}

/** What an invocation pushes once its series have begun. */
export async function steadyPush({ env }: Contender, directory: string): Promise<LastPush> {
  const sink = await Sink.start();
  const lambda = new LocalLambda({ directory, env: { RECEIVER: sink.url, ...env } });
  try {
    for (let i = 0; i < 3; i++) {
      const { end } = await lambda.begin({ wait: WORK });
      await end;
    }
    return sink.lastPush();
  } finally {
    await lambda.stop();
    sink.stop();
  }
}

/** Invokes the function that many times; one in 20 fails, two in 200 exceed its time. */
export async function run(
  { env, own }: Contender,
  directory: string,
  invocations: number,
  progress: (done: number) => void,
): Promise<Run> {
  const sink = await Sink.start(RECEIVER_DELAY);
  const lambda = new LocalLambda({ directory, env: { RECEIVER: sink.url, ...env }, timeout: TIMEOUT });
  const waits: number[] = [];
  const ends: Record<string, number> = { response: 0, error: 0, timeout: 0 };
  try {
    for (let i = 0; i < invocations; i++) {
      progress(i);
      const timesOut = own && i % 100 === 50;
      const { result, end } = await lambda.begin({ wait: timesOut ? 60_000 : WORK, fail: i % 20 === 7 });
      const { outcome, duration } = await result;
      await end;
      ends[outcome] = (ends[outcome] ?? 0) + 1;
      if (outcome !== "timeout") waits.push(duration);
    }
  } finally {
    await lambda.stop();
    sink.stop();
  }
  return { invocations, waits, ends, counted: sink.counted, pushes: sink.pushes };
}
