/**
 * `npm run bench:accuracy -- [--mode NAME …] [--trace FILE] [--thin N] [--life SECONDS] [--every MS] [--window 5m] [--seed N]`
 * Compares a real Prometheus's answers with the requests that happened, for each way to push them.
 */
import { parseArgs } from "node:util";
import { seeded } from "@pushmeter/testkit/random";
import { findServers } from "@pushmeter/testkit/servers/find";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { table } from "@pushmeter/testkit/table";
import { MODES, type Mode } from "./modes.ts";
import { replay } from "./replay.ts";
import { type Score, score } from "./score.ts";
import { readTrace, syntheticTrace } from "./trace.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** The arrivals of the synthetic trace are always the same; `--seed` chooses the instances that answer them. */
const TRACE_SEED = 2023;

interface Options {
  readonly arrivals: number[];
  readonly life: number;
  readonly every: number;
  readonly window: number;
  readonly seed: number;
  readonly json: boolean;
  readonly modes: readonly Mode[];
}

async function main(): Promise<void> {
  const options = await parseArguments();
  const { arrivals, life, every, window, seed, json } = options;
  const { prometheus } = await findServers();
  const scores: (Score & { mode: Mode })[] = [];
  for (const mode of options.modes) {
    process.stderr.write(`${mode} …\n`);
    scores.push({ mode, ...(await measure(mode, prometheus, options)) });
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(scores, null, 2)}\n`);
    return;
  }
  const rows = [
    ["how it is pushed", "bias", "median error", "total", "expected", "series"],
    ...scores.map(({ mode, bias, medianError, total, expected, series }) => [
      MODES[mode],
      percent(bias),
      percent(medianError).replace("+", ""),
      `${total}`,
      `${expected}`,
      `${series}`,
    ]),
  ];
  process.stdout.write(
    `sum(increase(x[${window / 1000}s])) against the truth: ${arrivals.length} requests, instances living ` +
      `${life / 1000} s on average, a push every ${every} ms, seed ${seed}\n\n${table(rows).join("\n")}\n`,
  );
}

/** Starts a Prometheus for each mode, because all modes write the same hours. */
async function measure(mode: Mode, file: string, options: Options): Promise<Score> {
  const { arrivals, life, every, window, seed } = options;
  const prometheus = await startPrometheus(file);
  try {
    // Until the last arrival has left every window, however late it was pushed.
    const rest = window + 120_000;
    const length = (arrivals.at(-1) ?? 0) + rest;
    // All in the past: Prometheus takes no samples from the future.
    const start = Math.floor((Date.now() - length) / 60_000) * 60_000 - 60_000;
    const random = seeded(seed);
    await replay(mode, prometheus.writeUrl, { arrivals, start, rest, life, every, random });
    return await score(prometheus.url, { arrivals, start, window, end: start + length });
  } finally {
    await prometheus.stop();
  }
}

async function parseArguments(): Promise<Options> {
  const { values } = parseArgs({
    options: {
      trace: { type: "string" },
      thin: { type: "string", default: "1" },
      life: { type: "string", default: "120" },
      every: { type: "string", default: "10000" },
      window: { type: "string", default: "5m" },
      seed: { type: "string", default: `${Math.floor(Math.random() * 2 ** 31)}` },
      json: { type: "boolean", default: false },
      mode: { type: "string", multiple: true, default: Object.keys(MODES) },
    },
  });
  const number = (name: "thin" | "life" | "every" | "seed", least: number) => {
    const value = Number(values[name]);
    if (Number.isFinite(value) && value >= least) return value;
    throw new TypeError(`--${name} must be a number of at least ${least}, got ${values[name]}`);
  };
  const [, length, unit = ""] = /^(\d+)([smh])$/.exec(values.window) ?? [];
  const window = Number(length) * (UNITS[unit] ?? 0);
  if (!window) throw new TypeError(`--window must be like 90s, 5m or 1h, got ${values.window}`);
  const [thin, life, every, seed] = [
    number("thin", 1),
    number("life", 1),
    number("every", 1),
    number("seed", 0),
  ];
  const all = values.trace === undefined ? syntheticTrace(seeded(TRACE_SEED)) : await readTrace(values.trace);
  const arrivals = all.filter((_, i) => i % Math.floor(thin) === 0);
  const modes = values.mode.map((mode): Mode => {
    if (Object.hasOwn(MODES, mode)) return mode as Mode;
    throw new TypeError(`--mode must be one of ${Object.keys(MODES).join(", ")}, got ${mode}`);
  });
  return { arrivals, life: life * 1000, every, window, seed, json: values.json, modes };
}

function percent(fraction: number): string {
  return `${fraction >= 0 ? "+" : ""}${(fraction * 100).toFixed(2)} %`;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
