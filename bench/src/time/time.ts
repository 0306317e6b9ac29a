/** Time added per request by pushmeter and its peers, side by side. */
import { join } from "node:path";
import { median } from "@pushmeter/testkit/statistics";
import type { Bar } from "../bars.ts";
import { inChild } from "../child.ts";
import type { Progress, Result } from "../part.ts";
import type { TimeOptions } from "./child.ts";
import { BASELINE, EMPTY, HONO_OTEL, HONO_PROMETHEUS, PUSHMETER } from "./contenders.ts";
import type { Rounds } from "./rounds.ts";

/** The compiler takes other decisions in each process, and they last as long as it. */
const PROCESSES = 7;
const OPTIONS = { requests: 2_000, together: 4, rounds: 20 };

/** Each peer, and pushmeter's limit as a share of the peer's added time. */
const LIMITS = [
  [HONO_OTEL, 0.35],
  [HONO_PROMETHEUS, 0.7],
] as const;

export async function time(progress: Progress): Promise<Result> {
  const processes: Rounds[] = [];
  for (let seed = 1; seed <= PROCESSES; seed++) {
    const argument: TimeOptions = { seed, ...OPTIONS };
    const rounds = await inChild<Rounds>(join(import.meta.dirname, "child.ts"), {
      argument,
      // The garbage collector runs on the thread that is timed.
      flags: ["--expose-gc", "--single-threaded-gc"],
      progress: (text) => progress(`process ${seed} of ${PROCESSES}, ${text}`),
    });
    processes.push(rounds);
  }
  return result(processes);
}

function result(processes: readonly Rounds[]): Result {
  /** One value per process. */
  const request = (name: string) => processes.map(({ times }) => times[name] ?? Number.NaN);
  const added = (name: string, without: string = BASELINE) => {
    const base = request(without);
    return request(name).map((value, i) => value - (base[i] as number));
  };
  const ratios = (name: string, peer: string, without?: string) => {
    const peers = added(peer, without);
    return added(name, without).map((value, i) => value / (peers[i] as number));
  };
  const ratio = (name: string, peer: string, without?: string) => median(ratios(name, peer, without));
  const spread = (values: readonly number[], digits = 2) =>
    `${median(values).toFixed(digits)} [${Math.min(...values).toFixed(digits)} ${Math.max(...values).toFixed(digits)}]`;

  const names = Object.keys(processes[0]?.times ?? {});
  const rows = names.map((name) => [
    name,
    median(request(name)).toFixed(2),
    ...(name === BASELINE
      ? []
      : [spread(added(name)), ...LIMITS.map(([peer]) => spread(ratios(name, peer)))]),
  ]);
  const bars = PUSHMETER.flatMap((name) =>
    LIMITS.map(
      ([peer, limit]): Bar => ({
        what: `time: ${name}, of the time that ${peer} adds`,
        figure: `${ratio(name, peer).toFixed(2)} × (${ratio(name, peer, EMPTY).toFixed(2)} × less an empty middleware)`,
        bar: `at most ${limit} ×`,
        ok: ratio(name, peer) <= limit,
      }),
    ),
  );
  return {
    title: "Time added per request, microseconds",
    rows: [["", "request", "added", ...LIMITS.map(([peer]) => `× ${peer}`)], ...rows],
    notes: [
      `Medians of ${PROCESSES} processes, in brackets the least and the most of them. Each runs all contenders in turn, ` +
        `${OPTIONS.rounds} rounds of ${OPTIONS.requests} requests, ${OPTIONS.together} at a ` +
        "time, in an order that changes, and takes the median of each.",
      "CPU time of one thread, garbage collection with it. Pushes and exports run between the rounds.",
      "Added: besides the same app without metrics. What any Hono middleware adds is the row of an empty one.",
    ],
    bars,
    data: Object.fromEntries(names.map((name) => [name, { request: request(name), added: added(name) }])),
  };
}
