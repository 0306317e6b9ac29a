/** Time added per request by pushmeter and its peers, side by side. */
import { fork } from "node:child_process";
import { join } from "node:path";
import { median, quantile } from "@pushmeter/testkit/statistics";
import type { Bar, Progress, Result } from "../part.ts";
import type { ChildMessage, ChildOptions } from "./child.ts";
import { BASELINE, HONO_OTEL, HONO_PROMETHEUS, PUSHMETER } from "./contenders.ts";

const OPTIONS: ChildOptions = { seed: 1, requests: 1_500, budget: 60_000 };

/** Each peer, and pushmeter's limit as a share of the peer's added time. */
const LIMITS = [
  [HONO_OTEL, 0.35],
  [HONO_PROMETHEUS, 0.7],
] as const;

export async function time(progress: Progress): Promise<Result> {
  const times = await measure(progress);
  const of = (name: string) => times[name] ?? [];
  const baseline = median(of(BASELINE));
  const added = (name: string) => median(of(name)) - baseline;
  const ratio = (name: string, peer: string) => added(name) / added(peer);

  const rows = Object.keys(times).map((name) => [
    name,
    median(of(name)).toFixed(2),
    ...(name === BASELINE
      ? []
      : [
          added(name).toFixed(2),
          ...LIMITS.map(([peer]) => `${ratio(name, peer).toFixed(2)} ${spread(of, name, peer)}`),
        ]),
  ]);
  const bars = PUSHMETER.flatMap((name) =>
    LIMITS.map(
      ([peer, limit]): Bar => ({
        name: `time: ${name}`,
        met: ratio(name, peer) <= limit,
        figures: `${ratio(name, peer).toFixed(2)} of at most ${limit} x ${peer}`,
      }),
    ),
  );
  return {
    title: "Time added per request, microseconds",
    rows: [["", "request", "added", ...LIMITS.map(([peer]) => `x ${peer}`)], ...rows],
    notes: [
      `Medians of ${of(BASELINE).length} rounds of ${OPTIONS.requests} requests each, in an order that changes ` +
        `(seed ${OPTIONS.seed}); in brackets the middle half of the rounds' own ratios.`,
      "CPU time of one thread, garbage collection with it. Pushes run between the rounds.",
    ],
    bars,
    data: Object.fromEntries(
      Object.keys(times).map((name) => [name, { request: median(of(name)), added: added(name) }]),
    ),
  };
}

/** The quartiles of the rounds' ratios. */
function spread(of: (name: string) => number[], name: string, peer: string): string {
  const baseline = of(BASELINE);
  const ratios = of(name).map((value, round) => {
    const base = baseline[round] ?? Number.NaN;
    return (value - base) / ((of(peer)[round] ?? Number.NaN) - base);
  });
  return `[${quantile(ratios, 0.25).toFixed(2)} ${quantile(ratios, 0.75).toFixed(2)}]`;
}

/** In a child process whose garbage collector can be called and runs on the thread that is timed. */
function measure(progress: Progress): Promise<Record<string, number[]>> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "child.ts"), [JSON.stringify(OPTIONS)], {
      execArgv: ["--expose-gc", "--single-threaded-gc"],
    });
    let times: Record<string, number[]> | undefined;
    child.on("message", (message: ChildMessage) => {
      if ("times" in message) times = message.times;
      else progress(`round ${message.rounds}, ${message.seconds.toFixed(0)} of ${OPTIONS.budget / 1000} s`);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (times) resolve(times);
      else reject(new Error(`the measuring process ended with ${signal ?? code}`));
    });
  });
}
