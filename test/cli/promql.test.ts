/** The query API of `pushmeter dev` answers as a real Prometheus does that has the same samples. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SeededRandom } from "@pushmeter/testkit/random";
import { type WrittenSeries, writeRequest } from "@pushmeter/testkit/receivers/write-request";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import type { Process } from "@pushmeter/testkit/servers/process";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { ask, numberOf, type Result } from "@pushmeter/testkit/servers/promql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDev } from "./dev.ts";

const END = Math.floor(Date.now() / 15_000) * 15_000 - 60_000;
const START = END - 20 * 60_000;

/** Counters that grow, pause, begin anew and end; a histogram; gauges. */
function series(): WrittenSeries[] {
  const random = new SeededRandom(3);
  const written: WrittenSeries[] = [];
  for (const instance of ["a", "b", "c"]) {
    for (const route of ["/x", "/y"]) {
      const labels = { job: "courses", instance, route };
      const samples: { time: number; value: number }[] = [];
      const buckets = ["0.1", "0.5", "+Inf"].map((le) => ({
        le,
        samples: [] as { time: number; value: number }[],
      }));
      let total = 0;
      const counts = [0, 0, 0];
      for (let time = START + random.below(9000); time <= END; time += 10_000 + random.below(900)) {
        if (instance === "b" && random.below(40) === 0) total = 0;
        if (instance === "c" && time > START + 400_000 && time < START + 500_000) continue;
        total += random.below(9);
        samples.push({ time, value: total });
        for (const [i] of counts.entries()) counts[i] = (counts[i] as number) + random.below(3) + i;
        for (const [i, { samples }] of buckets.entries()) {
          samples.push({ time, value: counts.slice(0, i + 1).reduce((sum, count) => sum + count, 0) });
        }
      }
      written.push({ labels: { __name__: "calls_total", ...labels }, samples });
      for (const { le, samples } of buckets) {
        written.push({ labels: { __name__: "took_seconds_bucket", ...labels, le }, samples });
      }
    }
    const gauge = Array.from({ length: 60 }, (_, i) => ({
      time: START + i * 20_000,
      value: random.below(100) - 50,
    }));
    written.push({ labels: { __name__: "users", job: "courses", instance }, samples: gauge });
    const info = Array.from({ length: 40 }, (_, i) => ({ time: START + i * 30_000, value: 1 }));
    written.push({
      labels: { __name__: "target_info", job: "courses", instance, region: `r${instance}` },
      samples: info,
    });
  }
  // Remote write wants labels sorted.
  return written.map(({ labels, samples }) => ({
    labels: Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))),
    samples,
  }));
}

const QUERIES = [
  "calls_total",
  'calls_total{route="/x",instance=~"a|b"}',
  'calls_total{route!="/x",instance!~"a"}',
  '{__name__=~"us.*"}',
  "rate(calls_total[1m])",
  "increase(calls_total[5m])",
  "irate(calls_total[1m])",
  "delta(users[3m])",
  "idelta(users[3m])",
  "deriv(users[5m])",
  "resets(calls_total[20m])",
  "changes(users[5m])",
  "sum(rate(calls_total[2m]))",
  "sum by (route) (rate(calls_total[2m]))",
  "sum without (instance) (increase(calls_total[2m]))",
  "avg(users) or vector(0)",
  "count by (job) (users)",
  "topk(2, users)",
  "bottomk(1, users)",
  "quantile(0.3, users)",
  "stddev(users)",
  'count_values("value", clamp_max(users, 0))',
  "histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[5m])))",
  "histogram_quantile(0.5, rate(took_seconds_bucket[5m]))",
  "calls_total offset 3m",
  "sum(calls_total) / 3 + 2 ^ 2 ^ 2 - -1",
  "users > 10",
  "users > bool 10",
  "10 < users",
  "-users",
  "sum by (instance) (rate(calls_total[2m])) / on (instance) group_left (region) target_info",
  "users * on (instance, job) group_left (region) target_info",
  'users and on (instance) calls_total{route="/x",instance="a"}',
  'users unless on (instance) calls_total{instance="a"}',
  "users % 7",
  'label_replace(users, "who", "$1!", "instance", "(.)")',
  'label_join(users, "both", "-", "job", "instance")',
  "max_over_time(sum(rate(calls_total[1m]))[5m:30s])",
  "avg_over_time(users[4m])",
  "quantile_over_time(0.9, users[10m])",
  "last_over_time(users[10m])",
  "absent(nothing)",
  "scalar(sum(users)) + time() * 0",
  "timestamp(calls_total)",
  "round(users / 7, 0.5)",
  "sort_desc(users)",
];

const comparable = (results: readonly Result[]) =>
  results
    .map(({ metric, value, values = value ? [value] : [] }) => {
      const labels = JSON.stringify(Object.entries(metric).sort());
      return [labels, values.map(([time, text]) => [time, Number(numberOf(text).toPrecision(9))])] as const;
    })
    .sort(([a], [b]) => (a < b ? -1 : 1));

describe("the query API of pushmeter dev", () => {
  let dev: Process;
  beforeAll(async () => {
    dev = await startDev();
    const { status } = await fetch(`${dev.url}/api/v1/write`, writeRequest("1.0", series()));
    expect(status).toBe(204);
  });
  afterAll(() => dev?.stop());

  it.each(["dashboards", "dashboards-subtract"])("evaluates every query of grafana/%s", async (name) => {
    const folder = join(import.meta.dirname, "../../grafana", name);
    const queries = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => [
        ...readFileSync(join(folder, file), "utf8").matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g),
      ])
      .map(([, json = ""]) => JSON.parse(json) as string);
    const variables = (query: string) =>
      query
        .replace(/\$\{?__\w+_ms\}?/g, "60000")
        .replace(/\$\{?__(?:rate_)?(?:interval|range)(?:_s)?\}?/g, "60s")
        .replace(/\$\{?\w+(?::\w+)?\}?/g, "a");
    expect(queries.length).toBeGreaterThan(50);
    const answers = [...new Set(queries.map(variables))].map((query) =>
      ask(dev.url, "query", { query, time: `${END / 1000}` }),
    );
    await Promise.all(answers);
  });

  it("says in a sentence what is wrong with a query", async () => {
    const response = await fetch(`${dev.url}/api/v1/query?query=sum(`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      status: "error",
      errorType: "bad_data",
      error: /parse error/,
    });
  });

  describeWithServers("beside a real Prometheus", (servers) => {
    let prometheus: Prometheus;
    beforeAll(async () => {
      prometheus = await startPrometheus(servers.prometheus);
      const { status } = await fetch(prometheus.writeUrl, writeRequest("1.0", series()));
      expect(status).toBe(204);
    });
    afterAll(() => prometheus?.stop());

    it.each(QUERIES)("agrees on %s", async (query) => {
      const range = { query, start: `${START / 1000}`, end: `${END / 1000}`, step: "45" };
      const [ours, theirs] = await Promise.all(
        [dev.url, prometheus.url].map((url) => ask(url, "query_range", range)),
      );
      expect(comparable(theirs ?? []).length).toBeGreaterThan(0);
      expect(comparable(ours ?? [])).toEqual(comparable(theirs ?? []));
    });

    it.each([
      "labels",
      "label/instance/values",
      "label/__name__/values?match[]=calls_total",
      "series?match[]=users&match[]=calls_total{route=%22/x%22}",
    ])("agrees on %s", async (call) => {
      const separator = call.includes("?") ? "&" : "?";
      const window = `start=${START / 1000}&end=${END / 1000}`;
      const [ours, theirs] = await Promise.all(
        [dev.url, prometheus.url].map(async (url) => {
          const { data } = (await (await fetch(`${url}/api/v1/${call}${separator}${window}`)).json()) as {
            data: object[];
          };
          return data
            .map((one) => (typeof one === "string" ? one : JSON.stringify(Object.entries(one).sort())))
            .sort();
        }),
      );
      expect(ours).toEqual(theirs);
    });
  });
});
