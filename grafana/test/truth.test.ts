/**
 * What stats, lines, tables and recording rules say of traffic in its real shapes, in each dialect on its own
 * server, against the truth. Within 2 %, or the panel says that it does not know.
 */
import { seeded } from "@pushmeter/testkit/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectives } from "../examples/courses/slo.ts";
import {
  EVERYTHING,
  type Placed,
  queryResultOf,
  readDashboards,
  substitute,
  targetsOf,
  windows,
} from "../read/dashboards.ts";
import { asking, type Prometheus, type Series } from "../read/prometheus.ts";
import { dialectServers, isSettled } from "../read/servers.ts";
import type { Dialect } from "../src/query/dialect.ts";
import { LAST_PUSH, SILENT_AFTER } from "../src/query/presence.ts";
import { objectiveGroups, sharedGroups } from "../src/rules/groups.ts";
import { type RawSeries, writeSeries } from "../traffic/backfill.ts";
import { aggregated, type Delivery, direct, pushgateway, scraped, type Wire } from "../traffic/deliveries.ts";
import { bursty, busy, hourly, lambda, type Shape, sparse } from "../traffic/shapes.ts";
import { type Filter, heard, integral, quantile } from "./truth.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TOLERANCE = 0.02;
/** Shown is the last hour of two and a quarter. */
const RANGE = HOUR;
const HISTORY = 135 * MINUTE;
const STEP = 15_000;
const RATE_INTERVAL = 60_000;

const HOURLY = "one request an hour";
const TRAFFIC: Readonly<Record<string, readonly [Shape, Wire]>> = {
  "30 isolates every 2 min": [sparse, direct],
  bursty: [bursty, direct],
  [HOURLY]: [hourly, direct],
  "3 busy": [busy, direct],
  "Lambda, 10 environments": [lambda, direct],
  "aggregator, sparse": [sparse, aggregated],
  "aggregator, bursty": [bursty, aggregated],
  "Pushgateway, Lambda": [lambda, pushgateway],
  "scraped with restarts": [busy, scraped],
};

interface Ask {
  /** Dashboard, panel and target. */
  readonly where: string;
  /** Undefined: the panel shows nothing. */
  readonly said: (series: readonly Series[]) => number | undefined;
  /** Undefined: the panel has nothing to say. */
  readonly truth: (delivery: Delivery, end: number) => number | undefined;
}

const failed: Filter = (call) => call.failed;
const one = (series: readonly Series[]) => series[0]?.samples.at(-1)?.[1];
const labelled = (name: string, value: string) => (series: readonly Series[]) =>
  one(series.filter(({ labels }) => labels[name] === value));
const summed = (name: string, value: string, scale: number) => (series: readonly Series[]) =>
  series
    .filter(({ labels }) => name === "" || labels[name] === value)
    .flatMap(({ samples }) => samples)
    .reduce((sum, [, value]) => sum + value * scale, 0);
const within = (window: number, filter?: Filter) => (delivery: Delivery, end: number) =>
  heard(delivery.calls, end, window, filter).length;
const inLine =
  (filter?: Filter) =>
  ({ calls }: Delivery, end: number) =>
    integral(calls, { start: end - RANGE, end, step: STEP, window: RATE_INTERVAL }, filter);
/** Five minutes, or an hour where these have fewer than a hundred calls. */
const recently = (delivery: Delivery, end: number, filter?: Filter) => {
  const window = heard(delivery.calls, end, 5 * MINUTE).length >= 100 ? 5 * MINUTE : HOUR;
  return heard(delivery.calls, end, window, filter).length;
};
const onRoute =
  (route: string, filter: Filter = () => true): Filter =>
  (call) =>
    call.route === route && filter(call);

const ASKS: readonly Ask[] = [
  {
    where: "Overview › Calls › A",
    said: one,
    truth: (delivery, end) => within(5 * MINUTE)(delivery, end) / 300,
  },
  {
    where: "Overview › Services › B",
    said: one,
    truth: (delivery, end) => within(5 * MINUTE)(delivery, end) / 300,
  },
  {
    where: "Overview › Services › C",
    said: one,
    truth: (delivery, end) => recently(delivery, end, failed) / recently(delivery, end),
  },
  { where: "Overview › Services › D", said: one, truth: (delivery, end) => recently(delivery, end, failed) },
  { where: "Overview › Services › E", said: one, truth: (delivery, end) => recently(delivery, end) },
  { where: "Overview › Calls by service › A", said: summed("", "", STEP / 1000), truth: inLine() },
  { where: "Overview › Failures by service › A", said: summed("", "", STEP / MINUTE), truth: inLine(failed) },
  {
    where: "Service › Failed › A",
    said: one,
    truth: (delivery, end) => recently(delivery, end, failed) / recently(delivery, end),
  },
  {
    where: "Service › Latency › B",
    said: one,
    truth: ({ calls }, end) => quantile(0.95, heard(calls, end, 5 * MINUTE)),
  },
  ...["success", "exception"].map((outcome) => ({
    where: "Service › Requests by outcome › A",
    said: summed("outcome", outcome, STEP / 1000),
    truth: inLine((call) => call.failed === (outcome === "exception")),
  })),
  {
    where: "Service › Errors by kind › A",
    said: summed("error_type", "PrinterError", STEP / 1000),
    truth: inLine(failed),
  },
  ...["/courses", "/courses/:id"].flatMap((route) => [
    {
      where: "Service › Routes › A",
      said: labelled("http_route", route),
      truth: within(RANGE, onRoute(route)),
    },
    {
      where: "Service › Routes › C",
      said: labelled("http_route", route),
      truth: within(RANGE, onRoute(route, failed)),
    },
    {
      where: "Service › Routes › E",
      said: labelled("http_route", route),
      truth: ({ calls }: Delivery, end: number) => quantile(0.95, heard(calls, end, RANGE, onRoute(route))),
    },
  ]),
];

/** What the recording rules know of a service: when its last push was, and from when on it is silent. */
function recorded(service: string, { calls }: Delivery, end: number): RawSeries[] {
  const last = Math.max(...calls.map((call) => call.heard)) / 1000;
  const of = (name: string, value: number): RawSeries => ({
    labels: { __name__: name, job: service },
    samples: [[end - 1, value]],
  });
  return [of(LAST_PUSH, last), of(SILENT_AFTER, service === HOURLY ? 10_800 : 300)];
}

const servers = await dialectServers();
const end = Math.floor(Date.now() / MINUTE) * MINUTE;
const begin = end - HISTORY;
const deliveries = new Map<string, Delivery>();
const started = new Map<Dialect, Prometheus>();
const rows: string[] = [];

/** All servers get the same. */
beforeAll(async () => {
  await Promise.all(servers.map(async ({ dialect, start }) => started.set(dialect, await start())));
  const urls = [...started.values()].map(({ writeUrl }) => writeUrl);
  for (const [name, [shape, wire]] of Object.entries(TRAFFIC)) {
    const delivery = wire(name, shape(begin, end - MINUTE, seeded(7)), begin, end);
    deliveries.set(name, delivery);
    await writeSeries(urls, [...delivery.series, ...recorded(name, delivery, end)]);
  }
  await Promise.all([...started.values()].map((server) => isSettled(server, deliveries.size, end)));
}, 240_000);
afterAll(() => Promise.all([...started.values()].map((server) => server.stop())));

describe.each(servers.map((server) => [server.dialect.name, server] as const))("%s", (name, server) => {
  const { dialect, ruleDialect } = server;
  const dashboards = readDashboards(name);
  const targets = dashboards.flatMap(targetsOf);
  let prometheus: Prometheus;
  let restarted: ReadonlySet<string>;

  beforeAll(async () => {
    prometheus = started.get(dialect) as Prometheus;
    restarted = new Set(await hasRestarted());
  });
  afterAll(() => console.log([`| ${name} | worst | where |`, ...rows.splice(0)].join("\n")));

  const hasRestarted = async () => {
    const variable = dashboards[0]?.templating.list.find(({ name }) => name === "restarted");
    const query = variable && queryResultOf(variable);
    if (!query) return [];
    const values = { ...EVERYTHING, ...windows(RATE_INTERVAL / 1000, RANGE / 1000) };
    return (await prometheus.instant(substitute(query, values), end)).map(({ labels }) => labels.job ?? "");
  };

  const ask = async ({ target }: Placed, job: string) => {
    const gateway = await prometheus.instant(`group by (job) (push_time_seconds{job="${job}"})`, end);
    const values = {
      ...EVERYTHING,
      ...windows(RATE_INTERVAL / 1000, RANGE / 1000),
      job,
      ...(gateway.length && { gateway: job }),
      ...(restarted.has(job) && { restarted: job }),
    };
    const expr = substitute(target.expr, values);
    return target.instant
      ? prometheus.instant(expr, end)
      : prometheus.range(expr, end - RANGE, end, STEP / 1000);
  };

  /** What the rule writes while it is evaluated every minute: its server looks back no further than it does by default. */
  const recordedByOutcome = async () => {
    const rule = sharedGroups(ruleDialect).flatMap(({ rules }) => rules)[0];
    if (!rule) throw new Error("no rule");
    return asking(prometheus.url).range(rule.expr, end - RANGE, end, MINUTE / 1000);
  };

  it.each<[string, Filter, string]>([
    ["all requests", () => true, ""],
    ["failures", failed, "exception"],
  ])("what rules record of %s each minute is what was heard", async (what, filter, outcome) => {
    const all = await recordedByOutcome();
    for (const [name, { calls }] of deliveries) {
      const own = all.filter(
        ({ labels: { job, outcome: found } }) => job === name && found?.includes(outcome),
      );
      const sums = { real: 0, difference: 0 };
      for (let time = end - RANGE; time <= end; time += MINUTE) {
        const at = own.flatMap(({ samples }) => samples.filter(([seconds]) => seconds * 1000 === time));
        const said = at.reduce((sum, [, value]) => sum + value, 0);
        const real = heard(calls, time, 5 * MINUTE, filter).length;
        sums.real += real;
        sums.difference += Math.abs(said - real);
      }
      // Where nothing failed, nothing is a failure.
      const error = sums.difference && sums.difference / sums.real;
      rows.push(`| ${name} | ${(error * 100).toFixed(2)} % | rules: ${what} |`);
      expect(error, name).toBeLessThan(TOLERANCE);
    }
  });

  it("answers every rule", async () => {
    const groups = [...sharedGroups(ruleDialect), ...objectiveGroups(ruleDialect, "courses", objectives)];
    for (const { expr } of groups.flatMap(({ rules }) => rules)) await prometheus.instant(expr, end);
  });

  it.each(Object.keys(TRAFFIC))(
    "%s: every stat, line and table is within 2 % or says that it does not know",
    async (name) => {
      const delivery = deliveries.get(name) as Delivery;
      const wrong: string[] = [];
      let worst = { error: 0, what: "" };
      for (const { where, said, truth } of ASKS) {
        const placed = targets.find((target) => target.where === where);
        if (!placed) throw new Error(`no target ${where}`);
        const shown = said(await ask(placed, name));
        const real = truth(delivery, end);
        const isNothing = shown === undefined || Number.isNaN(shown);
        // Nothing shown is right where nothing was heard of, and wrong where it was.
        if (isNothing && !real) continue;
        const error = isNothing ? 1 : real ? Math.abs(shown - real) / real : Math.abs(shown);
        const what = `${where}: ${shown} for ${real}`;
        if (error > worst.error) worst = { error, what };
        if (error > TOLERANCE) wrong.push(what);
      }
      rows.push(`| ${name} | ${(worst.error * 100).toFixed(2)} % | ${worst.what} |`);
      expect(wrong).toEqual([]);
    },
  );
});
