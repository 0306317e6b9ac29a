/** CPU time and memory of a push: the aggregator beside an OpenTelemetry Collector, the same traffic to both. */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@pushmeter/testkit/poll";
import { median } from "@pushmeter/testkit/statistics";
import { all, atMost, count, megabytes, times } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import { type Contender, INTERVAL, startAggregator, startCollector } from "./contenders.ts";
import { COUNTED, Traffic } from "./traffic.ts";

const RATE = 500;
const SECONDS = 4;
const ROUNDS = 12;
const LIMIT = 2;
/** By then the totals are written, ms. */
const LATE = 3 * INTERVAL * 1000;

interface Measured {
  readonly name: string;
  /** ms of CPU per push, one for each round. */
  readonly cpu: readonly number[];
  /** The most that it had at the end of a round, bytes. */
  readonly memory: number;
  readonly pushes: number;
  /** Requests that its totals should have, and have. */
  readonly sent: number;
  readonly counted: number;
}

/** The Collector is the program that `OTELCOL_BIN` names. */
export async function collector(progress: Progress): Promise<Result> {
  const file = process.env.OTELCOL_BIN ?? "";
  const contenders: Contender[] = [];
  try {
    contenders.push(await startAggregator());
    if (existsSync(file)) contenders.push(await startCollector(file));
    return result(await measure(contenders, progress));
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

/** In turn. What a contender does after its round, for its heartbeat, counts until its next one. */
async function measure(contenders: readonly Contender[], progress: Progress): Promise<Measured[]> {
  const running = contenders.map((contender, i) => ({
    contender,
    traffic: new Traffic(contender, i),
    marks: [] as { cpu: number; pushes: number }[],
    memory: 0,
  }));
  const mark = ({ contender, traffic, marks }: (typeof running)[0]) =>
    marks.push({ cpu: contender.usage().cpu, pushes: traffic.pushes });
  try {
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const one of running) {
        progress(`round ${round} of ${ROUNDS}, ${one.contender.name}`);
        mark(one);
        await one.traffic.run(RATE, SECONDS);
        one.memory = Math.max(one.memory, one.contender.usage().memory);
      }
    }
    progress("the last heartbeat");
    await sleep(SECONDS * 1000);
    running.forEach(mark);
    return await Promise.all(
      running.map(async ({ contender, traffic, marks, memory }) => {
        const sent = traffic.pushes * COUNTED;
        // A total that is wrong is told in the table.
        await until(contender.name, contender.counted, (counted) => counted >= sent, LATE).catch(() => {});
        const cpu = marks.slice(1).map((at, i) => {
          const before = marks[i] as (typeof marks)[0];
          return (at.cpu - before.cpu) / (at.pushes - before.pushes);
        });
        return {
          name: contender.name,
          cpu: cpu.slice(1),
          memory,
          pushes: traffic.pushes,
          sent,
          counted: contender.counted(),
        };
      }),
    );
  } finally {
    for (const { traffic } of running) traffic.stop();
  }
}

function result(measured: readonly Measured[]): Result {
  const [aggregator, collector] = measured as [Measured, Measured?];
  const ratios = aggregator.cpu.map((cpu, i) => cpu / (collector?.cpu[i] ?? Number.NaN));
  return {
    title: `CPU time and memory of a push, ${RATE} pushes/s of OTLP over HTTP`,
    rows: [
      ["", "CPU per push", "least", "most", "memory", "pushes", "counted"],
      ...measured.map(({ name, cpu, memory, pushes, sent, counted }) => [
        name,
        `${median(cpu).toFixed(3)} ms`,
        Math.min(...cpu).toFixed(3),
        Math.max(...cpu).toFixed(3),
        megabytes(memory),
        count(pushes),
        `${count(counted)} of ${count(sent)}`,
      ]),
    ],
    notes: [
      `${ROUNDS} rounds of ${SECONDS} s each, in turn; a batch has three routes and a counter, protobuf and gzip. CPU time ` +
        `as Linux counts it for the process, heartbeats every ${INTERVAL} s to a receiver on this machine included.`,
      "The Collector has the pipeline that discards repeated deltas and adds up all instances; it writes no zeros for new " +
        "series. It keeps what it acknowledged in memory; the aggregator stores it first.",
      ...(collector ? [] : ["`OTELCOL_BIN` names no program: the Collector is left out."]),
    ],
    bars: [
      ...(collector
        ? [atMost("collector: CPU per push, of the Collector's", median(ratios), LIMIT, times)]
        : []),
      all("collector: requests counted by the aggregator", aggregator.counted, aggregator.sent),
    ],
    data: { measured, ratios },
  };
}
