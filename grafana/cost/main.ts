/**
 * `npm run dashboards:cost`: what the panels of Overview and all rules cost a server that has had a thousand
 * instances with fifty series each in the last hour, beside the same queries with plain `rate` in the same run.
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { seeded } from "@pushmeter/testkit/random";
import { table } from "@pushmeter/testkit/table";
import { EVERYTHING, type Placed, substitute, targetsOf, windows } from "../read/dashboards.ts";
import type { Prometheus } from "../read/prometheus.ts";
import { dialectServers, isSettled } from "../read/servers.ts";
import { overview } from "../src/dashboards/overview.ts";
import { type Dialect, subtract, victoriametrics } from "../src/query/dialect.ts";
import { sharedGroups } from "../src/rules/groups.ts";
import { writeSeries } from "../traffic/backfill.ts";
import { direct } from "../traffic/deliveries.ts";
import { thousand } from "../traffic/shapes.ts";

const HOUR = 3_600_000;
/** Seconds: the provisioned data source's `timeInterval`. */
const STEP = 15;
const REPEATS = 5;

/** The panels as they would be asked without exact growth. */
const plain: Dialect = {
  name: "subtract",
  title: "plain rate",
  native: true,
  countsFirstValue: true,
  growth: ({ selector, window, offset }) => `rate(${selector}[${window}]${offset && ` offset ${offset}`})`,
};

/** The quickest of a few, milliseconds, taken in turns: the rest is other work of the machine. */
async function quickest(...runs: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const least = runs.map(() => Number.POSITIVE_INFINITY);
  for (let i = 0; i < REPEATS; i++) {
    for (const [j, run] of runs.entries()) {
      const start = performance.now();
      await run();
      least[j] = Math.min(least[j] ?? 0, performance.now() - start);
    }
  }
  return least;
}

/** As Grafana asks for the last hour. */
function ask(prometheus: Prometheus, { target, panel }: Placed, end: number): Promise<unknown> {
  const step = panel.interval === "1m" ? 60 : STEP;
  const query = substitute(target.expr, {
    ...EVERYTHING,
    ...windows(Math.max(step + STEP, 4 * STEP), HOUR / 1000),
  });
  return target.instant ? prometheus.instant(query, end) : prometheus.range(query, end - HOUR, end, step);
}

const placed = (dashboard: Dashboard) => targetsOf(JSON.parse(JSON.stringify(dashboard)));

function row(name: string, [own = 0, other = 0]: readonly number[]): string[] {
  return [name, own.toFixed(0), other.toFixed(0), (own / other).toFixed(2)];
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
    const rows: string[][] = [];
    const plainTargets = placed(overview({ dialect: plain }));
    for (const [i, own] of placed(overview({ dialect })).entries()) {
      const other = plainTargets[i] as Placed;
      const times = await quickest(
        () => ask(prometheus, own, end),
        () => ask(prometheus, other, end),
      );
      rows.push(row(own.where, times));
    }
    const rules = (of: Dialect) => async () => {
      for (const { expr } of sharedGroups(of).flatMap((group) => group.rules)) {
        await prometheus.instant(expr, end);
      }
    };
    const recorded = dialect === victoriametrics ? victoriametrics : subtract;
    rows.push(row("All rules, one evaluation", await quickest(rules(recorded), rules(plain))));
    console.log(table([["panel", "ms", "with rate, ms", "ratio"], ...rows]).join("\n"));
  } finally {
    await prometheus.stop();
  }
}
