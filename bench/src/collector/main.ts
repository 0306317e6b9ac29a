/**
 * `npm run bench:collector`: totals and growth in a real Prometheus behind two pipelines of a Collector, the aggregator
 * in workerd and the server, at several rates, of deltas of many short-lived instances. The Collector is the program that
 * `OTELCOL_BIN` names.
 */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@pushmeter/testkit/poll";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startCollector } from "@pushmeter/testkit/servers/summing-collector";
import { table } from "@pushmeter/testkit/table";
import { startServer, TOKEN } from "../server/start.ts";
import { startWorker, type Taker } from "./contenders.ts";
import { COUNTED, Traffic } from "./traffic.ts";

const RATES = [2, 50, 300, 500];
const SECONDS = 15;
/** Of the totals of all, s. */
const INTERVAL = 5;
/** Of an instance. */
const BATCHES = 5;
/** By then all totals are written, ms. */
const LATE = 3 * INTERVAL * 1000;
const METRIC = "http_server_request_duration_seconds_count";

type Start = (writeUrl: string) => Promise<Taker>;

async function collector(name: string, writeUrl: string, configuration?: string): Promise<Taker> {
  const file = await findProgram("OTELCOL_BIN");
  const server = await startCollector(file, { writeUrl, ...(configuration && { configuration }) });
  return { name, url: new URL("/v1/metrics", server.url), headers: {}, stop: () => server.stop() };
}

const STARTS: readonly Start[] = [
  (url) => collector("Collector, naive", url, join(import.meta.dirname, "naive.yaml")),
  (url) => collector("Collector, deploy/collector.yaml", url),
  (url) => startWorker(url, INTERVAL),
  async (url) => {
    const server = await startServer(url, { interval: INTERVAL });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const stop = () => server.stop();
    return { name: "pushmeter's server, Node", url: new URL("/v1/metrics", server.url), headers, stop };
  },
];

async function row(start: Start, rate: number, seed: number): Promise<string[]> {
  const prometheus = await startPrometheus(await findProgram("PROMETHEUS_BIN"));
  const taker = await start(prometheus.writeUrl);
  const traffic = new Traffic(taker, seed, { batches: BATCHES });
  try {
    process.stderr.write(`${rate} pushes/s, ${taker.name}\n`);
    const began = Date.now();
    await traffic.run(rate, SECONDS);
    const truth = traffic.pushes * COUNTED;
    const total = async () => (await prometheus.query(`sum(last_over_time(${METRIC}[1h]))`))[0]?.value ?? 0;
    // A total that is wrong is told in the table.
    await until("the total", total, (found) => found >= truth, LATE).catch(() => {});
    // A total that is written twice is seen, too.
    await sleep(INTERVAL * 1000);
    const { grown, firsts } = await growth(prometheus, began);
    const found = await total();
    const off = (((grown - truth) / truth) * 100).toFixed(1);
    return [
      taker.name,
      `${rate}`,
      `${traffic.pushes} × 200`,
      `${found} of ${truth}`,
      `${off.startsWith("-") ? "−" : "+"}${off.replace("-", "")} %`,
      firsts.every((first) => first === 0) ? "yes" : "no",
    ];
  } finally {
    traffic.stop();
    await taker.stop();
    await prometheus.stop();
  }
}

/** Over the time from before the first push to the last sample. */
async function growth(prometheus: Prometheus, began: number): Promise<{ grown: number; firsts: number[] }> {
  const series = await prometheus.queryRange(`${METRIC}[1h]`);
  const end = Math.max(...series.map(({ samples }) => samples.at(-1)?.[0] ?? 0));
  const window = Math.ceil((end - began) / 1000) + INTERVAL;
  const [sum] = await prometheus.query(`sum(increase(${METRIC}[${window}s]))`, end);
  return { grown: sum?.value ?? 0, firsts: series.map(({ samples }) => samples[0]?.[1] ?? Number.NaN) };
}

const rows: string[][] = [];
for (const rate of RATES) {
  for (const [seed, start] of STARTS.entries()) rows.push(await row(start, rate, seed));
}
const header = ["", "pushes/s", "answers", "total", "increase", "first value is a zero"];
process.stdout.write(`${table([header, ...rows]).join("\n")}\n`);
