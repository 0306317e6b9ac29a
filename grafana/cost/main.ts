/**
 * `npm run dashboards:cost`: what the panels of Overview and all rules cost a server that has had a thousand
 * instances with some fifty series each in the last hour, beside the same panels with plain `rate`.
 */
import { seeded } from "@pushmeter/testkit/random";
import { table } from "@pushmeter/testkit/table";
import {
  EVERYTHING,
  type Placed,
  readDashboards,
  substitute,
  targetsOf,
  windows,
} from "../read/dashboards.ts";
import type { Prometheus } from "../read/prometheus.ts";
import { dialectServers, isSettled } from "../read/servers.ts";
import { subtract } from "../src/query/dialect.ts";
import { sharedGroups } from "../src/rules/groups.ts";
import { writeSeries } from "../traffic/backfill.ts";
import { direct } from "../traffic/deliveries.ts";
import { thousand } from "../traffic/shapes.ts";

const HOUR = 3_600_000;
const STEP = 15;
const REPEATS = 5;

/** The quickest of a few, milliseconds: the rest is other work of the machine. */
async function quickest(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}

/** As Grafana asks for the last hour. */
function ask(prometheus: Prometheus, expr: string, { target }: Placed, end: number): Promise<unknown> {
  const query = substitute(expr, { ...EVERYTHING, ...windows(4 * STEP, HOUR / 1000) });
  return target.instant ? prometheus.instant(query, end) : prometheus.range(query, end - HOUR, end, STEP);
}

/** The same panel as it would be asked without exact growth. */
function plain(expr: string): string {
  return expr.replaceAll(" anchored", "");
}

for (const { dialect, start } of await dialectServers()) {
  const prometheus = await start();
  try {
    const end = Math.floor(Date.now() / 60_000) * 60_000;
    const { series } = direct("thousand", thousand(end - HOUR, end - 10_000, seeded(5)), end - HOUR, end);
    await writeSeries(prometheus.writeUrl, series);
    await isSettled(prometheus, 1, end);
    const instances = new Set(series.map(({ labels }) => labels.instance)).size;
    console.log(`\n${dialect.title}: ${instances} instances, ${series.length} series`);
    const targets = readDashboards(dialect.name)
      .flatMap(targetsOf)
      .filter(({ dashboard, target }) => dashboard.title === "Overview" && target.expr.length > 0);
    const rows: string[][] = [];
    for (const placed of targets) {
      const { expr } = placed.target;
      const own = await quickest(() => ask(prometheus, expr, placed, end));
      const other =
        expr === plain(expr) ? undefined : await quickest(() => ask(prometheus, plain(expr), placed, end));
      rows.push([
        placed.where,
        own.toFixed(0),
        other?.toFixed(0) ?? "",
        other ? (own / other).toFixed(2) : "",
      ]);
    }
    console.log(table([["panel", "ms", "plain, ms", "ratio"], ...rows]).join("\n"));
    if (dialect.name === "victoriametrics") continue;
    let all = 0;
    for (const group of sharedGroups(subtract)) {
      for (const { expr } of group.rules) all += await quickest(() => prometheus.instant(expr, end));
    }
    console.log(`All rules, one evaluation: ${all.toFixed(0)} ms`);
  } finally {
    await prometheus.stop();
  }
}
