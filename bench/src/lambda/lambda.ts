/** Lambda: bundle size, init, what callers wait, and how many pushes arrive. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runtimeClient } from "@pushmeter/testkit/lambda/runtime-client";
import type { LastPush } from "@pushmeter/testkit/last-push";
import { median, quantile } from "@pushmeter/testkit/statistics";
import { all, atLeast, atMost, type Bar, bytes, count, milliseconds, times } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import {
  AWAITING,
  BARE,
  type Bundle,
  bundle,
  CONTENDERS,
  type Contender,
  EXTENSION,
  PROM_CLIENT,
} from "./contenders.ts";
import { type ColdStart, coldStart, RECEIVER_DELAY, type Run, run, steadyPush } from "./measure.ts";

const COLD_STARTS = 21;
const INVOCATIONS = 200;
/** Of the peers, whose waits alone are reported. */
const OTHERS = 50;
const WAIT_LIMIT = 1.2;
/** Bytes after gzip, for ES modules with remote write. */
const SIZE_LIMIT = 30_000;
/** Shares of what prom-client takes. */
const START_LIMIT = 1.15;
const MEMORY_LIMIT = 1.1;

const SAMPLES_LIMIT = 30;
/** Of them, those about pushmeter itself. */
const OWN_LIMIT = 0.25;

interface Measured extends Bundle, Run {
  readonly contender: Contender;
  readonly coldStarts: readonly ColdStart[];
}

export async function lambda(progress: Progress): Promise<Result> {
  await runtimeClient(() => progress("AWS's runtime interface client is compiled, once"));
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-bench-"));
  try {
    const measured = await measure(folder, progress);
    const { contender, directory } = named(measured, EXTENSION);
    return result(measured, await steadyPush(contender, directory));
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
    const invocations = own || name === BARE ? INVOCATIONS : OTHERS;
    const one = await run(contender, built.directory, invocations, (done) =>
      progress(`${name}: ${done} of ${invocations} invocations`),
    );
    measured.push({ contender, ...built, ...one, coldStarts: starts.get(contender) ?? [] });
  }
  return measured;
}

function named(measured: readonly Measured[], name: string): Measured {
  return measured.find(({ contender }) => contender.name === name) as Measured;
}

function result(measured: readonly Measured[], push: LastPush): Result {
  const [bare, extension, awaiting, promClient] = [BARE, EXTENSION, AWAITING, PROM_CLIENT].map((name) =>
    named(measured, name),
  ) as [Measured, Measured, Measured, Measured];
  const of = ({ coldStarts }: Measured, key: keyof ColdStart) => median(coldStarts.map((one) => one[key]));
  const against = (key: keyof ColdStart) => of(extension, key) / of(promClient, key);
  const bars: Bar[] = [
    atMost("lambda: init, of prom-client's", against("wall"), START_LIMIT, times),
    atMost("lambda: CPU time of the init, of prom-client's", against("cpu"), START_LIMIT, times),
    atMost("lambda: RSS, of prom-client's", against("rss"), MEMORY_LIMIT, times),
    atMost("lambda: bundle with remote write, gzip", extension.gzip, SIZE_LIMIT, bytes),
    atMost("lambda: samples of an invocation", push.samples, SAMPLES_LIMIT, count),
    atMost("lambda: share of them about pushmeter itself", push.own / push.samples, OWN_LIMIT),
    atMost(
      "lambda: the caller's p50 with the extension, of the handler's without metrics",
      median(extension.waits) / median(bare.waits),
      WAIT_LIMIT,
      times,
    ),
    ...[extension, awaiting].flatMap(({ contender, invocations, counted, pushes }) => [
      all(`lambda: invocations counted, ${contender.name}`, counted, invocations),
      // An environment that ends pushes once more.
      atLeast(`lambda: pushes delivered, ${contender.name}`, pushes, invocations, count),
    ]),
  ];
  const spread = (one: Measured) => {
    const values = one.coldStarts.map(({ wall }) => wall);
    return `${milliseconds(median(values))} [${quantile(values, 0.25).toFixed(0)} ${quantile(values, 0.75).toFixed(0)}]`;
  };
  const { error = 0, timeout = 0 } = extension.ends;
  return {
    title: `Lambda, the receiver takes ${RECEIVER_DELAY} ms`,
    rows: [
      ["", "minified", "gzip -9", "init", "its CPU", "RSS", "caller p50", "p99", "delivered"],
      ...measured.map((one) => [
        one.contender.name,
        count(one.minified),
        count(one.gzip),
        spread(one),
        milliseconds(of(one, "cpu")),
        `${of(one, "rss").toFixed(1)} MB`,
        milliseconds(median(one.waits)),
        milliseconds(quantile(one.waits, 0.99)),
        one.contender.isLocal ? "-" : `${one.counted} of ${one.invocations}`,
      ]),
    ],
    notes: [
      "AWS's runtime interface client, stopped between invocations as the service freezes it; the handler takes 20 ms.",
      `Init: from the start of the process until all wait, the registration of an extension included; medians of ${COLD_STARTS} ` +
        "rounds of all, in brackets the middle half. RSS: after the first invocation and its push.",
      `pushmeter's invocations have ${error} errors and ${timeout} time-outs among them.`,
      "ES modules, prom-client and its successor CommonJS. Powertools writes a line to the log, of which CloudWatch makes metrics; the others push.",
    ],
    bars,
    data: { measured, push },
  };
}
