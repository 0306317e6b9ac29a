import { join } from "node:path";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { describe, expect, it } from "vitest";
import { ROOT } from "../read/dashboards.ts";
import { burnAlerts } from "../src/rules/burn-rate.ts";
import { COURSES, ruleGroups } from "../src/rules/groups.ts";
import { checkRules, type Scenario, testRules } from "./promtool.ts";

const REQUESTS = "http_server_request_duration_seconds";
const PUSHES = "pushmeter_push_duration_seconds_count";
const ok = `${REQUESTS}_count{job="courses", instance="a", outcome="success"}`;
const failed = `${REQUESTS}_count{job="courses", instance="a", outcome="server_error"}`;
const fast = `${REQUESTS}_bucket{job="courses", instance="a", le="0.5"}`;
const pushed = `${PUSHES}{job="courses", instance="a", result="success"}`;
const pushFailed = `${PUSHES}{job="courses", instance="a", result="unavailable"}`;

const nativeOk = `${REQUESTS}{job="courses", instance="b", outcome="success"}`;
const nativeFailed = `${REQUESTS}{job="courses", instance="b", outcome="server_error"}`;

/** A native histogram, in promtool's notation: so many requests between samples, so many of them below 0.5 s. */
function growing(requests: number, fast: number, samples: number): string {
  // Of schema 0: buckets up to 0.5 s and up to 1 s, of which the upper is above the threshold in all its parts.
  const grows = `{{schema:0 count:${requests} sum:${requests} offset:-1 buckets:[${fast} ${requests - fast}]}}`;
  return `{{schema:0 offset:-1 buckets:[0 0]}}+${grows}x${samples}`;
}

const ticket = { severity: "ticket" };
const noData = { alertname: "NoData", ...ticket };
const failing = (window: string, severity = "page") => ({ alertname: "ErrorBudgetBurn", severity, window });
const slow = (window: string, severity = "page") => ({ alertname: "LatencyBudgetBurn", severity, window });

const SCENARIOS: readonly Scenario[] = [
  {
    name: "a quiet day: some failures, well within the budget",
    interval: "1m",
    series: {
      [ok]: "0+6000x240",
      [failed]: "0+3x240",
      [fast]: "0+5900x240",
      [pushed]: "0+12x240",
    },
    moments: ["5m", "1h", "4h"].map((at) => ({ at, firing: [] })),
  },
  {
    name: "an outage after two good hours is a page within five minutes",
    interval: "1m",
    series: { [ok]: "0+60x120 7200x60", [failed]: "0x120 60+60x60", [fast]: "0+60x180" },
    moments: [
      { at: "2h", firing: [] },
      {
        at: "2h5m",
        firing: [failing("1h"), failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")],
      },
    ],
  },
  {
    name: "an outage of a service that has just begun is a page within five minutes",
    interval: "1m",
    series: { [failed]: "0+60x30", [fast]: "0+60x30" },
    moments: [
      {
        at: "5m",
        firing: [failing("1h"), failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")],
      },
    ],
  },
  {
    name: "after ten minutes of outage the fast page ends with the short window",
    interval: "1m",
    series: {
      [ok]: "0+600x60 36000x10 36600+600x60",
      [failed]: "0x60 600+600x9 6000x60",
      [fast]: "0+600x130",
    },
    moments: [
      {
        at: "1h10m",
        firing: [failing("1h"), failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")],
      },
      // The half-hour window still has the outage in it.
      { at: "1h20m", firing: [failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")] },
    ],
  },
  {
    name: "a slow burn is a ticket and no page",
    interval: "5m",
    series: { [ok]: "0+998x900", [failed]: "0+2x900", [fast]: "0+1000x900" },
    moments: [{ at: "3d1h", firing: [failing("3d", "ticket")] }],
  },
  {
    name: "a service that has become slow is a page",
    interval: "1m",
    series: { [ok]: "0+600x240", [fast]: "0+600x120 72000x120" },
    moments: [
      { at: "2h", firing: [] },
      { at: "3h", firing: [slow("1h"), slow("6h"), slow("1d", "ticket"), slow("3d", "ticket")] },
    ],
  },
  {
    name: "an instance without requests is no news",
    interval: "1m",
    series: { [ok]: "500x120", [failed]: "3x120", [fast]: "500x120" },
    moments: [{ at: "2h", firing: [] }],
  },
  {
    name: "one failure among few requests is no page",
    interval: "1m",
    series: { [ok]: "0+0.5x60", [failed]: "0x30 1x30", [fast]: "0+0.5x60" },
    moments: [{ at: "35m", firing: [] }],
  },
  {
    name: "a service that falls silent is a ticket after half an hour, and no page",
    interval: "1m",
    series: { [ok]: "0+60x60 _x90", [failed]: "0x60 _x90", [fast]: "0+60x60 _x90" },
    moments: [
      { at: "1h25m", firing: [] },
      { at: "1h35m", firing: [noData] },
    ],
  },
  {
    name: "a Pushgateway that nobody pushes to any more is a ticket, though it repeats the last values",
    interval: "1m",
    series: {
      [ok]: "0+60x60 3600x90",
      [fast]: "0+60x60 3600x90",
      'push_time_seconds{job="courses", instance="a"}': "0+60x60 3600x90",
    },
    moments: [
      { at: "1h25m", firing: [] },
      { at: "1h35m", firing: [noData] },
    ],
  },
  {
    name: "pushes that fail are a ticket",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [fast]: "0+60x60",
      [pushed]: "0+12x60",
      [pushFailed]: "0x30 6+6x30",
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "50m", firing: [{ alertname: "PushesFailing", ...ticket, result: "unavailable" }] },
    ],
  },
  {
    name: "dropped points are a ticket",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [fast]: "0+60x60",
      'pushmeter_push_dropped_total{job="courses", instance="a", reason="type_conflict"}': "0x30 1+1x30",
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "32m", firing: [{ alertname: "PointsDropped", ...ticket, reason: "type_conflict" }] },
    ],
  },
  {
    name: "an aggregator's pushes that fail are a ticket",
    interval: "1m",
    series: {
      [ok]: "0+60x60",
      [fast]: "0+60x60",
      'pushmeter_aggregator_pushes_total{job="courses", instance="shard-0", result="success"}': "0+4x60",
      'pushmeter_aggregator_pushes_total{job="courses", instance="shard-0", result="unreachable"}':
        "0x30 2+2x30",
    },
    moments: [
      { at: "30m", firing: [] },
      { at: "50m", firing: [{ alertname: "AggregatorPushesFailing", ...ticket, result: "unreachable" }] },
    ],
  },
  {
    name: "native histograms: a quiet day",
    interval: "1m",
    series: { [nativeOk]: growing(6000, 5900, 120), [nativeFailed]: growing(3, 3, 120) },
    moments: ["5m", "1h", "2h"].map((at) => ({ at, firing: [] })),
  },
  {
    name: "native histograms: an outage is a page within five minutes",
    interval: "1m",
    series: { [nativeFailed]: growing(60, 60, 30) },
    moments: [
      {
        at: "5m",
        firing: [failing("1h"), failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")],
      },
    ],
  },
  {
    name: "native histograms: a service that is slow is a page",
    interval: "1m",
    series: { [nativeOk]: growing(600, 60, 30) },
    moments: [{ at: "30m", firing: [slow("1h"), slow("6h"), slow("1d", "ticket"), slow("3d", "ticket")] }],
  },
  {
    name: "native histograms: silence is a ticket after half an hour",
    interval: "1m",
    series: { [nativeOk]: `${growing(60, 60, 60)} _x90` },
    moments: [
      { at: "1h25m", firing: [] },
      { at: "1h35m", firing: [noData] },
    ],
  },
  {
    name: "native histograms: pushes that fail are a ticket",
    interval: "1m",
    series: {
      [nativeOk]: growing(60, 60, 60),
      'pushmeter_push_duration_seconds{job="courses", instance="b", result="timeout"}': growing(6, 6, 60),
    },
    moments: [{ at: "50m", firing: [{ alertname: "PushesFailing", ...ticket, result: "timeout" }] }],
  },
  {
    name: "while instances change from classic to native histograms, both count: slow native ones are a page",
    interval: "1m",
    series: { [ok]: "0+60x30", [fast]: "0+60x30", [nativeOk]: growing(600, 0, 30) },
    moments: [{ at: "30m", firing: [slow("1h"), slow("6h"), slow("1d", "ticket"), slow("3d", "ticket")] }],
  },
  {
    name: "while instances change from classic to native histograms, both count: failing classic ones are a page",
    interval: "1m",
    series: { [failed]: "0+60x30", [fast]: "0+60x30", [nativeOk]: growing(60, 60, 30) },
    moments: [
      {
        at: "10m",
        firing: [failing("1h"), failing("6h"), failing("1d", "ticket"), failing("3d", "ticket")],
      },
    ],
  },
  {
    name: "too many attribute sets are a ticket",
    interval: "1m",
    series: { 'app_visits_total{job="courses", instance="a", otel_metric_overflow="true"}': "0+1x30" },
    moments: [{ at: "10m", firing: [{ alertname: "AttributesOverflow", ...ticket }] }],
  },
];

describeWithServers("promtool", ({ promtool }) => {
  it("finds nothing wrong with the committed rules", async () => {
    const file = join(ROOT, "deploy/rules/courses.yaml");
    expect(await checkRules(promtool, file)).toContain("SUCCESS");
  });

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", async (_, scenario) => {
    await testRules(promtool, ruleGroups(COURSES), scenario);
  });

  it("too many series are a ticket", async () => {
    const series = Array.from({ length: 4 }, (_, i) => [
      `app_visits_total{job="courses", room="${i}"}`,
      "0+1x30",
    ]);
    await testRules(promtool, ruleGroups({ ...COURSES, mostSeries: 3 }), {
      name: "more than three series",
      interval: "1m",
      series: Object.fromEntries(series),
      moments: [{ at: "15m", firing: [{ alertname: "TooManySeries", ...ticket }] }],
    });
  });
});

describe("rules", () => {
  it("refuse a factor times budget that no ratio exceeds", () => {
    expect(() => burnAlerts({ ...COURSES, availability: 0.9 })).toThrow(
      "14.4 times a budget of 10 % is 1.44; no ratio exceeds it",
    );
    expect(() => ruleGroups({ ...COURSES, latency: { threshold: 0.5, share: 0.9 } })).toThrow(RangeError);
  });

  it("refuse a latency that is no bound of the histogram, and shares that are none", () => {
    expect(() => ruleGroups({ ...COURSES, latency: { threshold: 0.3, share: 0.95 } })).toThrow("0.25, 0.5");
    expect(() => ruleGroups({ ...COURSES, availability: 99.9 })).toThrow("availability 99.9 must be between");
    expect(() => ruleGroups({ ...COURSES, service: 'a"b' })).toThrow("no plain name");
  });
});
