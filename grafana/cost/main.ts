/**
 * `npm run dashboards:cost`: what the panels of Overview and all rules cost a server that has had a thousand
 * instances with fifty series each in the last hour, beside the same queries with plain `rate` in the same run.
 * `--dialect NAME` measures one dialect only. Times are the server's own CPU time, which other work on the machine
 * does not change much, and the shortest time until an answer.
 */
import { parseArgs } from "node:util";
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { seeded } from "@pushmeter/testkit/random";
import { table } from "@pushmeter/testkit/table";
import { EVERYTHING, type Placed, substitute, targetsOf, windows } from "../read/dashboards.ts";
import type { Prometheus } from "../read/prometheus.ts";
import { dialectServers, isSettled } from "../read/servers.ts";
import { overview } from "../src/dashboards/overview.ts";
import { ago, type Dialect, secondsIn } from "../src/query/dialect.ts";
import { sharedGroups } from "../src/rules/groups.ts";
import { writeSeries } from "../traffic/backfill.ts";
import { direct } from "../traffic/deliveries.ts";
import { thousand } from "../traffic/shapes.ts";

const HOUR = 3_600_000;
/** Seconds: the provisioned data source's `timeInterval`. */
const STEP = 15;
const REPEATS = 5;

/** The panels as they would be asked without exact growth. */
const plainOf = ({ native }: Dialect): Dialect => ({
  name: "subtract",
  title: "plain rate",
  native,
  countsFirstValue: true,
  growth: ({ selector, window, offset }) => [{ expr: `rate(${selector}[${window}]${ago(offset)})`, sign: 1 }],
});

interface Cost {
  /** CPU time of the server for one answer, mean, ms. */
  readonly cpu: number;
  /** The shortest time until an answer, ms. */
  readonly answer: number;
}

/** Of a few answers to each, taken in turns. */
async function costOf(
  { url }: Prometheus,
  ...runs: readonly (() => Promise<unknown>)[]
): Promise<readonly Cost[]> {
  const costs = runs.map(() => ({ cpu: 0, answer: Number.POSITIVE_INFINITY }));
  for (let i = 0; i < REPEATS; i++) {
    for (const [j, run] of runs.entries()) {
      const cost = costs[j] as { cpu: number; answer: number };
      const [before, start] = [await cpuOf(url), performance.now()];
      await run();
      cost.answer = Math.min(cost.answer, performance.now() - start);
      cost.cpu += ((await cpuOf(url)) - before) / REPEATS;
    }
  }
  return costs;
}

/** What a server has used since its start, ms: its own metric, in hundredths of a second. */
async function cpuOf(url: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(page)?.[1]) * 1000;
}

/** As Grafana asks for the last hour. */
function ask(prometheus: Prometheus, { target, panel }: Placed, end: number): Promise<unknown> {
  const step = panel.interval ? secondsIn(panel.interval) : STEP;
  const query = substitute(target.expr, {
    ...EVERYTHING,
    ...windows(Math.max(step + STEP, 4 * STEP), HOUR / 1000),
  });
  return target.instant ? prometheus.instant(query, end) : prometheus.range(query, end - HOUR, end, step);
}

const placed = (dashboard: Dashboard) => targetsOf(JSON.parse(JSON.stringify(dashboard)));

function row(name: string, [own, other]: readonly Cost[]): string[] {
  if (!own || !other) throw new Error(`${name} was not measured`);
  const times = [own.cpu, other.cpu, own.answer, other.answer].map((ms) => ms.toFixed(0));
  return [name, ...times.slice(0, 2), (own.cpu / other.cpu).toFixed(2), ...times.slice(2)];
}

function sumOf(rows: readonly (readonly string[])[]): string[] {
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
  const [own, other] = [sum(1), sum(2)];
  return ["All panels", `${own}`, `${other}`, (own / other).toFixed(2), `${sum(4)}`, `${sum(5)}`];
}

const { values } = parseArgs({ options: { dialect: { type: "string" } } });

for (const { dialect, ruleDialect, start } of await dialectServers()) {
  if (dialect.name !== (values.dialect ?? dialect.name)) continue;
  const prometheus = await start();
  try {
    const end = Math.floor(Date.now() / 60_000) * 60_000;
    const { series } = direct("thousand", thousand(end - HOUR, end - 10_000, seeded(5)), end - HOUR, end);
    await writeSeries([prometheus.writeUrl], series);
    await isSettled(prometheus, 1, end);
    const instances = new Set(series.map(({ labels }) => labels.instance)).size;
    console.log(`\n${dialect.title}: ${instances} instances, ${series.length} series`);
    const rows: string[][] = [];
    const plain = plainOf(dialect);
    const plainTargets = placed(overview({ dialect: plain }));
    for (const [i, own] of placed(overview({ dialect })).entries()) {
      const other = plainTargets[i] as Placed;
      const costs = await costOf(
        prometheus,
        () => ask(prometheus, own, end),
        () => ask(prometheus, other, end),
      );
      rows.push(row(own.where, costs));
    }
    const rules = (of: Dialect) => async () => {
      for (const { expr } of sharedGroups(of).flatMap((group) => group.rules)) {
        await prometheus.instant(expr, end);
      }
    };
    rows.push(row("All rules, one evaluation", await costOf(prometheus, rules(ruleDialect), rules(plain))));
    rows.push(sumOf(rows.slice(0, -1)));
    const heading = ["panel", "CPU, ms", "with rate", "ratio", "answer, ms", "with rate"];
    console.log(table([heading, ...rows]).join("\n"));
  } finally {
    await prometheus.stop();
  }
}
