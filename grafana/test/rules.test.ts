/** Alerts over timelines: they fire when they should, stay as long as it lasts, and are silent when not. */
import { join } from "node:path";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { beforeAll, describe, expect, it } from "vitest";
import { objectives } from "../examples/courses/slo.ts";
import { ROOT } from "../read/dashboards.ts";
import {
  AGGREGATOR_BATCHES,
  AGGREGATOR_MEMORY,
  AGGREGATOR_OVERFLOW,
  AGGREGATOR_PUSHES,
  AGGREGATOR_REFUSED,
  AGGREGATOR_SERIES,
  AGGREGATOR_SET_ASIDE,
  DROPPED,
  FAAS,
  HTTP,
  PUSH,
} from "../src/names.ts";
import { secondsIn, subtract } from "../src/query/dialect.ts";
import { objectiveGroups, sharedGroups } from "../src/rules/groups.ts";
import { slo } from "../src/rules/slo.ts";
import { checkRules, jobOf, runTests, type Scenario, testRules } from "./promtool.ts";

const INVOCATIONS = `${FAAS}_count`;
const PUSHES = `${PUSH}_count`;
const SHARD = `${AGGREGATOR_PUSHES}{job="courses", instance="shard-0"`;
const shard = (metric: string, more = "") => `${metric}{job="edge", instance="shard-0"${more}}`;
const stored = shard(AGGREGATOR_PUSHES, ', result="success"');
const merged = shard(AGGREGATOR_BATCHES, ', result="merged"');
const ok = `${HTTP}_count{job="courses", instance="a", http_route="/courses", outcome="success"}`;
const failed = `${HTTP}_count{job="courses", instance="a", http_route="/courses", outcome="server_error"}`;
const cron = (outcome: string) =>
  `${INVOCATIONS}{job="nightly", instance="a", faas_trigger="timer", faas_cron="0 * * * *", outcome="${outcome}"}`;
const records = (outcome: string) =>
  `faas_records_total{job="courses", instance="a", faas_trigger="pubsub", messaging_destination_name="payments", outcome="${outcome}"}`;
const nativeOk = `${HTTP}{job="courses", instance="b", http_route="/courses", outcome="success"}`;
const nativeFailed = `${HTTP}{job="courses", instance="b", http_route="/courses", outcome="server_error"}`;
/** By OpenTelemetry's conventions alone, without pushmeter's outcome. */
const standard = (status: number, error = "") =>
  `${HTTP}_count{job="standard", instance="a", http_response_status_code="${status}"${error && `, error_type="${error}"`}}`;

/** A native histogram in promtool's notation: so many requests between samples. */
function growing(requests: number, samples: number): string {
  return `{{schema:0 buckets:[0]}}+{{schema:0 count:${requests} sum:1 buckets:[${requests}]}}x${samples}`;
}

/** An instance that lives on, runs once an hour and pushes then: a zero before its first total. */
function hourly(hours: number, firstPause: string, pause: string): string {
  const runs = Array.from({ length: hours }, (_, i) => (i ? `${i + 1} ${pause}` : `0 1 ${firstPause}`));
  return runs.join(" ");
}

const page = (alert: string) => [alert, "page"] as const;
const ticket = (alert: string) => [alert, "ticket"] as const;
const burning = [page("BudgetBurning"), ticket("BudgetBurning")];
const outage = [...burning, page("RequestsFailing"), ticket("RequestsFailing")];

const TIMELINES: readonly Scenario[] = [
  {
    name: "a quiet day: some failures, well within the budget",
    interval: "1m",
    series: { [ok]: "0+6000x90", [failed]: "0+3x90" },
    moments: ["10m", "1h", "1h30m"].map((at) => ({ at, firing: [] })),
  },
  {
    name: "an outage after a good hour is a page within five minutes",
    interval: "1m",
    series: { [ok]: "0+60x60 3600x30", [failed]: "0x60 60+60x30" },
    moments: [
      { at: "1h", firing: [] },
      { at: "1h5m", firing: burning },
      { at: "1h20m", firing: outage },
    ],
  },
  {
    name: "an outage of a service that has just begun is a page within five minutes",
    interval: "1m",
    series: { [failed]: "0+60x30" },
    moments: [{ at: "5m", firing: outage }],
  },
  {
    name: "native histograms: an outage is a page within five minutes",
    interval: "1m",
    series: { [nativeFailed]: growing(60, 30) },
    moments: [{ at: "5m", firing: outage }],
  },
  {
    name: "native histograms: a quiet day",
    interval: "1m",
    series: { [nativeOk]: growing(6000, 60), [nativeFailed]: growing(3, 60) },
    moments: ["10m", "1h"].map((at) => ({ at, firing: [] })),
  },
  {
    name: "a slow burn is a ticket and no page",
    interval: "5m",
    every: "30m",
    series: { [ok]: "0+998x900", [failed]: "0+2x900" },
    moments: [{ at: "3d1h", firing: [ticket("BudgetBurning")] }],
  },
  {
    name: "one failure among few requests is no alert",
    interval: "1m",
    series: { [ok]: "0+0.5x60", [failed]: "0x30 1x30" },
    moments: [{ at: "35m", firing: [] }],
  },
  {
    name: "a service with OpenTelemetry's own metrics and nothing but 500s is a page, without an objective",
    interval: "1m",
    series: { [standard(200)]: "0+60x60 3600x30", [standard(500, "500")]: "0x60 60+60x30" },
    moments: [
      { at: "1h", firing: [] },
      { at: "1h12m", firing: [page("RequestsFailing"), ticket("RequestsFailing")] },
    ],
  },
  {
    name: "client errors are no alert",
    interval: "1m",
    series: { [standard(404, "404")]: "0+60x60" },
    moments: [{ at: "1h", firing: [] }],
  },
  {
    name: "a busy service that dies is a page within seven minutes",
    interval: "1m",
    series: { [ok]: "0+6000x60 _x60" },
    moments: [
      { at: "1h4m", firing: [] },
      ...["1h7m", "1h50m"].map((at) => ({ at, firing: [page("ServiceSilent")] })),
    ],
  },
  {
    name: "and stays one for days",
    interval: "5m",
    every: "15m",
    series: { [ok]: "0+30000x24 _x600" },
    moments: ["3h", "1d", "2d1h"].map((at) => ({ at, firing: [page("ServiceSilent")] })),
  },
  {
    name: "a busy Pushgateway's service that dies is a page, though the gateway repeats its last values",
    interval: "1m",
    series: {
      [ok]: "0+6000x60 360000x60",
      'push_time_seconds{job="courses", instance="a"}': "0+60x60 3600x60",
    },
    moments: [
      { at: "1h", firing: [] },
      ...["1h8m", "1h50m"].map((at) => ({ at, firing: [page("ServiceSilent")] })),
    ],
  },
  {
    name: "a quiet service that dies is a ticket",
    interval: "1m",
    series: { [ok]: "0+6x60 _x60" },
    moments: [
      { at: "1h4m", firing: [] },
      ...["1h8m", "1h50m"].map((at) => ({ at, firing: [ticket("ServiceSilent")] })),
    ],
  },
  {
    name: "a healthy hourly cron is no alert; three hours without it are a ticket, which stays",
    interval: "5m",
    series: { [cron("success")]: `${hourly(8, "_x10", "_x11")} _x360` },
    moments: [
      ...["1h30m", "4h55m", "8h", "9h50m"].map((at) => ({ at, firing: [] })),
      ...["10h30m", "1d12h"].map((at) => ({ at, firing: [ticket("ServiceSilent")] })),
    ],
  },
  {
    name: "an hourly cron that fails every time is a ticket from its second failure on",
    interval: "1m",
    series: {
      [cron("success")]: `${hourly(2, "_x58", "_x59")} _x180`,
      [cron("exception")]: `_x120 ${hourly(3, "_x58", "_x59")}`,
    },
    moments: [
      { at: "1h50m", firing: [] },
      ...["3h15m", "4h50m"].map((at) => ({ at, firing: [ticket("FunctionFailing")] })),
    ],
  },
  {
    name: "records of a queue that fail are a ticket",
    interval: "1m",
    series: { [records("success")]: "0+9x90", [records("exception")]: "0x30 4+4x60" },
    moments: [
      { at: "30m", firing: [] },
      { at: "1h", firing: [ticket("RecordsFailing")] },
    ],
  },
  {
    name: "pushes that fail are a ticket, and so is the one instance whose pushes all fail",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [`${PUSHES}{job="courses", instance="a", result="success"}`]: "0+4x60",
      [`${PUSHES}{job="courses", instance="b", result="unavailable"}`]: "0x30 6+6x30",
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "50m", firing: [ticket("PushesFailing"), ticket("InstancePushesFailing")] },
    ],
  },
  {
    name: "one shard whose pushes fail is a ticket, though the others' are stored",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [`${SHARD}, result="success"}`]: "0+4x30 120x30",
      [`${SHARD}, result="unreachable"}`]: "0x30 4+4x30",
      ...Object.fromEntries(
        [1, 2, 3, 4, 5, 6].map((i) => [
          `${SHARD.replace("shard-0", `shard-${i}`)}, result="success"}`,
          "0+4x60",
        ]),
      ),
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "50m", firing: [ticket("ShardPushesFailing")] },
    ],
  },
  {
    name: "a shard that gets batches and is heard of no more is a ticket, which stays until it is back",
    interval: "1m",
    series: { [stored]: "0+4x8 _x14 32+4x4 _x12", [merged]: "0+9x8 _x14 72x4 _x12" },
    moments: [
      ...["8m", "12m"].map((at) => ({ at, firing: [] })),
      ...["15m", "22m"].map((at) => ({ at, firing: [ticket("AggregatorSilent")] })),
      // Back without a batch, it sleeps soon.
      ...["25m", "37m"].map((at) => ({ at, firing: [] })),
    ],
  },
  {
    name: "a shard that sleeps ten minutes after its last batch is no alert",
    interval: "1m",
    series: { [stored]: "0+4x15 stale _x10", [merged]: "0+9x5 45x10 stale _x10" },
    moments: ["16m", "22m"].map((at) => ({ at, firing: [] })),
  },
  {
    name: "pushes that fail are a ticket while they do, if the server is scraped",
    interval: "1m",
    series: {
      [stored]: "0+4x8 _x20",
      [merged]: "0+9x8 _x20",
      [shard(AGGREGATOR_PUSHES, ', result="success", scraped="true"')]: "0+4x8 32x20",
      [shard(AGGREGATOR_PUSHES, ', result="unreachable", scraped="true"')]: "0x8 4+4x20",
    },
    moments: [
      { at: "8m", firing: [] },
      { at: "20m", firing: [ticket("ShardPushesFailing")] },
    ],
  },
  {
    name: "refused requests, rows set aside and points without room are tickets",
    interval: "1m",
    series: {
      [shard(AGGREGATOR_REFUSED, ', status="413"')]: "0x5 1x20",
      [shard(AGGREGATOR_SET_ASIDE)]: "0x5 2x20",
      [shard(AGGREGATOR_OVERFLOW)]: "0x5 5x20",
    },
    moments: [
      { at: "5m", firing: [] },
      {
        at: "8m",
        firing: ["AggregatorRefuses", "AggregatorRowsSetAside", "AggregatorOverflow"].map(ticket),
      },
      { at: "24m", firing: [ticket("AggregatorRowsSetAside")] },
    ],
  },
  {
    name: "a shard that is nearly full is a ticket, by its memory or by its series",
    interval: "1m",
    series: {
      [shard(AGGREGATOR_MEMORY)]: "20000000x2 40000000x8 20000000x20",
      [shard(AGGREGATOR_SERIES)]: "9000x14 390000x10",
    },
    moments: [
      ...["2m", "14m"].map((at) => ({ at, firing: [] })),
      ...["10m", "23m"].map((at) => ({ at, firing: [ticket("AggregatorNearLimit")] })),
    ],
  },
  {
    name: "dropped points are a ticket",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [`${DROPPED}{job="courses", instance="a", reason="type_conflict"}`]: "0x30 1+1x30",
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "33m", firing: [ticket("PointsDropped")] },
    ],
  },
  {
    name: "too many attribute sets are a ticket",
    interval: "1m",
    series: { 'app_visits_total{job="courses", instance="a", otel_metric_overflow="true"}': "0+1x30" },
    moments: [{ at: "10m", firing: [ticket("AttributesOverflow")] }],
  },
  {
    name: "nearly too many attribute sets are a ticket before it is too late",
    interval: "1m",
    series: {
      [ok]: "0+60x20",
      ...Object.fromEntries(
        Array.from({ length: 1601 }, (_, i) => [
          `app_visits_total{job="courses", instance="a", room="${i}"}`,
          "0x20",
        ]),
      ),
    },
    moments: [{ at: "10m", firing: [ticket("AttributesNearLimit")] }],
  },
];

const shared = sharedGroups(subtract);
const own = objectiveGroups(subtract, "courses", objectives);
/** promtool evaluates every rule at every step; a busy machine takes its time. */
const PATIENCE = 240_000;

/** The rules, with an objective for each timeline of the example's requests. */
function groupsFor(timelines: readonly Scenario[]) {
  const promised = timelines.filter(({ series }) =>
    Object.keys(series).some((name) => name.startsWith(HTTP) && name.includes('job="courses"')),
  );
  const promises = promised.flatMap((timeline) => slo({ service: jobOf(timeline), availability: 99.9 }));
  return (
    [...shared.slice(0, 1), ...objectiveGroups(subtract, "timelines", promises), ...shared.slice(1)]
      // Budgets are sums over 30 days: nothing that a timeline shows, and slow.
      .filter(({ name }) => !name.includes("budgets"))
  );
}

/** Of a moment such as `1h30m`. */
const secondsUntil = (at: string) =>
  [...at.matchAll(/\d+[mhd]/g)].reduce((sum, [part]) => sum + secondsIn(part), 0);

/** Those that promtool plays side by side: long ones would make the others longer. */
const PACES = Map.groupBy(TIMELINES, ({ interval, every = interval, moments }) => {
  const isLong = moments.some(({ at }) => secondsUntil(at) > 7200);
  return `${every}, ${isLong ? "for hours" : "for two hours at most"}`;
});

describeWithServers("promtool", ({ promtool }) => {
  it.each(["deploy/rules/pushmeter.yaml", "grafana/examples/courses/rules/courses.yaml"])(
    "finds nothing wrong with %s",
    async (file) => {
      expect(await checkRules(promtool, join(ROOT, file))).toContain("SUCCESS");
    },
  );

  it(
    "passes the tests that are generated from the example's objectives",
    async () => {
      await runTests(promtool, join(ROOT, "grafana/examples/courses/tests/courses.yaml"));
    },
    PATIENCE,
  );

  describe.each([...PACES])("timelines, a step every %s", (_, timelines) => {
    let wrong: ReadonlyMap<Scenario, string>;
    beforeAll(async () => {
      wrong = await testRules(promtool, groupsFor(timelines), timelines);
    }, PATIENCE);

    it.each(timelines.map((timeline) => [timeline.name, timeline] as const))("%s", (_, timeline) => {
      expect(wrong.get(timeline) ?? "").toBe("");
    });
  });
});

describe("alerts", () => {
  const alerts = [...shared, ...own].flatMap(({ rules }) => rules).filter((rule) => "alert" in rule);

  it("name no service, and lead to the runbook and to a dashboard", () => {
    expect(alerts.length).toBeGreaterThan(10);
    for (const { alert, expr, annotations } of alerts) {
      expect(expr, alert).not.toContain("courses");
      expect(annotations.runbook_url, alert).toMatch(
        new RegExp(`/docs/runbook\\.md#${alert.toLowerCase()}$`),
      );
      expect(annotations.dashboard_url, alert).toMatch(
        /\/d\/pushmeter-[a-z-]+\?var-job=\{\{ \$labels\.job \}\}$/,
      );
    }
  });
});

describe("slo", () => {
  it("refuses an objective whose alerts could never fire", () => {
    expect(() => slo({ service: "courses", availability: 90 })).toThrow(
      "availability 90 must be at least 93.1",
    );
    expect(() => slo({ service: "courses", latency: "300ms", latencyPercent: 90 })).toThrow(
      "latencyPercent 90",
    );
  });

  it("refuses what it cannot watch, and says what it takes", () => {
    expect(() => slo({ service: "courses" })).toThrow("give availability, latency or both");
    expect(() => slo({ service: "courses", latency: "soon" })).toThrow("such as 300ms or 1.5s");
    expect(() => slo({ service: "courses", latency: "20s" })).toThrow("at most 10s");
    expect(() => slo({ service: 'a"b', availability: 99.9 })).toThrow("service must hold only");
    expect(() => slo({ service: "courses", availability: 100 })).toThrow("must be a percentage below 100");
    const twice = [...objectives, ...objectives];
    expect(() => objectiveGroups(subtract, "courses", twice)).toThrow("two are the same");
  });
});
