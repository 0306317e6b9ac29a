/** Lambda: bundle size, cold start, what callers wait, and how many pushes arrive. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeClient } from "@pushmeter/testkit/lambda/runtime-client";
import { median, quantile } from "@pushmeter/testkit/statistics";
import type { Bar, Progress, Result } from "../part.ts";
import { type Bundle, bundle, CONTENDERS, type Contender } from "./contenders.ts";
import { type ColdStart, coldStart, RECEIVER_DELAY, type Run, run } from "./measure.ts";

const COLD_STARTS = 15;
const INVOCATIONS = 200;
/** Of the other contenders, whose waits alone are reported. */
const OTHERS = 50;
const WAIT_LIMIT = 1.2;
/** Bytes after gzip, for ES modules with remote write. */
const SIZE_LIMIT = 30_000;
/** Shares of what prom-client takes. */
const START_LIMIT = 1.15;
const MEMORY_LIMIT = 1.1;

interface Measured extends Bundle, Run {
  readonly name: string;
  readonly coldStarts: readonly ColdStart[];
}

export async function lambda(progress: Progress): Promise<Result> {
  await runtimeClient(() => progress("AWS's runtime interface client is compiled, once"));
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-bench-"));
  try {
    return result(await measure(folder, progress));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, progress: Progress): Promise<Measured[]> {
  const bundles = new Map<Contender, Bundle>();
  for (const contender of CONTENDERS) bundles.set(contender, await bundle(contender, folder));
  const starts = new Map<Contender, ColdStart[]>(CONTENDERS.map((contender) => [contender, []]));
  // All contenders in each round, so that other load hits all of them.
  for (let round = 0; round < COLD_STARTS; round++) {
    progress(`cold starts, round ${round + 1} of ${COLD_STARTS}`);
    for (const [contender, { directory }] of bundles) {
      starts.get(contender)?.push(await coldStart(contender, directory));
    }
  }
  const measured: Measured[] = [];
  for (const [contender, built] of bundles) {
    const { name, own } = contender;
    const invocations = own || name === CONTENDERS[0]?.name ? INVOCATIONS : OTHERS;
    const one = await run(contender, built.directory, invocations, (done) =>
      progress(`${name}: ${done} of ${invocations} invocations`),
    );
    measured.push({ name, ...built, ...one, coldStarts: starts.get(contender) ?? [] });
  }
  return measured;
}

function result(measured: readonly Measured[]): Result {
  const [bare, extension, awaiting, promClient] = measured as [Measured, Measured, Measured, Measured];
  const of = ({ coldStarts }: Measured, key: keyof ColdStart) => median(coldStarts.map((one) => one[key]));
  const against = (key: keyof ColdStart) => of(extension, key) / of(promClient, key);
  const ratio = median(extension.waits) / median(bare.waits);
  const bars: Bar[] = [
    {
      name: "lambda: the caller's p50 with the extension",
      met: ratio <= WAIT_LIMIT,
      figures: `${ratio.toFixed(2)} of at most ${WAIT_LIMIT} x the handler's without metrics`,
    },
    {
      name: "lambda: CPU time of a cold start",
      met: against("cpu") <= START_LIMIT,
      figures: `${against("cpu").toFixed(2)} of at most ${START_LIMIT} x prom-client`,
    },
    {
      name: "lambda: memory after a cold start",
      met: against("rss") <= MEMORY_LIMIT,
      figures: `${against("rss").toFixed(2)} of at most ${MEMORY_LIMIT} x prom-client`,
    },
    {
      name: "lambda: bundle with remote write",
      met: extension.gzip <= SIZE_LIMIT,
      figures: `${extension.gzip.toLocaleString("en")} of at most ${SIZE_LIMIT.toLocaleString("en")} bytes`,
    },
    ...[extension, awaiting].map(({ name, invocations, counted, pushes, ends }) => ({
      name: `lambda: pushes delivered, ${name}`,
      met: counted === invocations && pushes === invocations,
      figures: `${pushes} of ${invocations}, ${ends.error} errors and ${ends.timeout} time-outs among them`,
    })),
  ];
  return {
    title: `Lambda, the receiver takes ${RECEIVER_DELAY} ms`,
    rows: [
      ["", "minified", "gzip -9", "cold start", "its CPU", "RSS", "caller p50", "p99", "delivered"],
      ...measured.map((one) => [
        one.name,
        one.minified.toLocaleString("en"),
        one.gzip.toLocaleString("en"),
        milliseconds(of(one, "wall")),
        milliseconds(of(one, "cpu")),
        `${of(one, "rss").toFixed(1)} MB`,
        milliseconds(median(one.waits)),
        milliseconds(quantile(one.waits, 0.99)),
        one === bare ? "-" : `${one.counted} of ${one.invocations}`,
      ]),
    ],
    notes: [
      "AWS's runtime interface client, stopped between invocations as the service freezes it; the handler takes",
      "20 ms. RSS: after the first invocation and its push. Cold start: from the start of the process until all wait, the registration of an extension included.",
    ],
    bars,
    data: measured,
  };
}

const milliseconds = (ms: number) => `${ms.toFixed(1)} ms`;
