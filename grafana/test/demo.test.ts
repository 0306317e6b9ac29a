/**
 * `npm run demo` with a real Prometheus, and every panel beside the table that it prints. The demo is too short
 * for a rate over minutes; so the panels look back over all of it, and each instance is asked at the time of its
 * last push: between its zero and its last sample Prometheus has nothing to extrapolate, and counts are exact.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT, substitute } from "../read/dashboards.ts";
import { type Prometheus, type Series, startPrometheus } from "../read/prometheus.ts";
import { HISTOGRAMS } from "../src/variables.ts";
import { type Printed, read, sum } from "./printed.ts";
import {
  expectFilled,
  expectWithin,
  hasNumbers,
  lastValue,
  OF_AGGREGATOR,
  OF_LAMBDA,
  targetOf,
  targets,
} from "./wires.ts";

/** Longer than the demo. */
const WINDOW = 300;
const ROUTE = "/courses/:id/certificate";

/** The demo has no Lambda, no aggregator and no last week. */
const EMPTY = [...OF_LAMBDA, ...OF_AGGREGATOR];

type Labels = Readonly<Record<string, string>>;

describeWithServers("npm run demo", ({ prometheus: file }) => {
  let prometheus: Prometheus;
  let printed: Printed;
  /** Instances to the time of their last push, ms. */
  const ends = new Map<string, number>();

  beforeAll(async () => {
    prometheus = await startPrometheus(file);
    const demo = join(ROOT, "examples/worker/demo/main.ts");
    const args = ["--seconds", "6", "--remote-write", prometheus.writeUrl, "--prometheus", prometheus.url];
    const { stdout } = await promisify(execFile)(process.execPath, [demo, "--check", ...args]);
    printed = read(stdout);
    const last = 'max by (instance) (timestamp(http_server_request_duration_seconds_count{job="courses"}))';
    for (const { labels, samples } of await prometheus.instant(last, Date.now())) {
      ends.set(labels.instance ?? "", (samples[0]?.[1] ?? 0) * 1000);
    }
  }, 120_000);
  afterAll(() => prometheus?.stop());

  const ask = (where: string, instance: string, time: number, route = ".*") => {
    const window = `${WINDOW}s`;
    const values = { job: "courses", instance, route, objective: "99", histograms: HISTOGRAMS.any };
    const expr = targetOf(where).target.expr;
    return prometheus.instant(
      substitute(expr, { ...values, __rate_interval: window, __range: window }),
      time,
    );
  };
  /** Of each instance, at its own end. */
  const ofEach = async (where: string, labels: Labels = {}, route = ".*") => {
    const values: number[] = [];
    for (const [instance, end] of ends) {
      const series = (await ask(where, instance, end, route)).filter((one) => has(one, labels));
      values.push(...series.flatMap(({ samples }) => samples.map(([, value]) => value)));
    }
    return values.filter((value) => !Number.isNaN(value));
  };
  /** A count of all instances. */
  const total = async (where: string, labels: Labels = {}, route = ".*") =>
    (await ofEach(where, labels, route)).reduce((sum, value) => sum + value, 0);
  /** Something else of all instances. */
  const atEnd = (where: string, route = ".*") => ask(where, ".+", Math.max(...ends.values()), route);

  const perSecond = (rate: number) => rate * WINDOW;
  const perMinute = (rate: number) => (rate * WINDOW) / 60;
  const named = (name: string) => printed.requests.filter((row) => row.name === name);

  it("is read as it was printed", () => {
    expect(printed.instances.map(({ name }) => name).sort()).toEqual([...ends.keys()].sort());
    expect(sum(printed.instances, "requests")).toBe(sum(printed.requests, "requests"));
    expect(sum(printed.requests, "requests")).toBeGreaterThan(100);
  });

  it.each(
    targets
      .filter(({ panel, target }) => !EMPTY.includes(panel.title) && !target.expr.includes("offset 1w"))
      .map((target) => [target.where] as const),
  )("fills %s", async (where) => {
    // Rates of what has not happened in an interval are no number.
    expectFilled((await atEnd(where, where.startsWith("Route") ? ROUTE : ".*")).filter(hasNumbers));
  });

  it.each(["success", "client_error", "server_error", "exception"])(
    "shows as many requests with outcome %s as the table",
    async (outcome) => {
      const counted = perSecond(await total("Overview › Requests by outcome › A", { outcome }));
      expect(counted).toBeCloseTo(sum(printed.requests, outcome), 3);
    },
  );

  it("shows as many requests of each route as the table", async () => {
    for (const name of new Set(printed.requests.map(({ name }) => name))) {
      const http_route = name === "(no route)" ? "" : name;
      const counted = await total("Overview › Routes › A", { http_route });
      expect(counted, name).toBeCloseTo(sum(named(name), "requests"), 3);
    }
    const all = sum(printed.requests, "requests");
    expect(perSecond(await total("Overview › Requests › A"))).toBeCloseTo(all, 3);
    expect(perSecond(await total("Overview › Latency distribution › A", { le: "+Inf" }))).toBeCloseTo(all, 3);
  });

  it("shows the percentiles of each route as the table", async () => {
    for (const [target, q] of [
      ["Overview › Routes › C", "p50"],
      ["Overview › Routes › D", "p95"],
    ] as const) {
      for (const name of new Set(printed.requests.map(({ name }) => name))) {
        const http_route = name === "(no route)" ? "" : name;
        // The table has a row for each of the route's methods.
        const rows = named(name).map(({ numbers }) => numbers[q] ?? Number.NaN);
        expectOverlap(await ofEach(target, { http_route }), rows, `${q} of ${name}`);
      }
    }
  });

  it("shows the part of requests that failed, and what is left of the budget, as the table", async () => {
    const failed = sum(printed.requests, "server_error") + sum(printed.requests, "exception");
    const share = failed / sum(printed.requests, "requests");
    expectWithin(lastValue(await atEnd("Overview › Failed › A")), share, 0.2);
    expectWithin(1 - lastValue(await atEnd("Overview › Error budget left › A")), share / 0.01, 0.2);
  });

  it("shows one route as the table", async () => {
    const rows = named(ROUTE);
    const counted = async (status: string) =>
      perSecond(
        await total(
          "Route › Requests by method and status › A",
          { http_response_status_code: status },
          ROUTE,
        ),
      );
    expect(await counted("200")).toBeCloseTo(sum(rows, "success"), 3);
    expect(await counted("503")).toBeCloseTo(sum(rows, "server_error"), 3);
    expect(await counted("500")).toBeCloseTo(sum(rows, "exception"), 3);
    const kinds = perSecond(
      await total("Route › Errors by kind › A", { error_type: "NoCertificateError" }, ROUTE),
    );
    expect(kinds).toBeCloseTo(sum(rows, "exception"), 3);
  });

  it("shows each trigger's invocations and percentiles as the table", async () => {
    for (const { name, numbers } of printed.triggers) {
      const [kind = "", ...words] = name.split(" ");
      const label = kind === "cron" ? "faas_cron" : "messaging_destination_name";
      const labels = { [label]: words.join(" ") };
      const counted = perMinute(await total("Functions › Invocations by function › A", labels));
      expect(counted, name).toBeCloseTo(numbers.invocations ?? 0, 3);
      const faas_trigger = kind === "cron" ? "timer" : "pubsub";
      const shown = await ofEach("Functions › p95 duration by trigger › A", { faas_trigger });
      expectOverlap(shown, [numbers.p95 ?? Number.NaN], name);
    }
    const failed = perMinute(await total("Functions › Invocations by outcome › A", { outcome: "exception" }));
    expect(failed).toBeCloseTo(sum(printed.triggers, "exception"), 3);
  });

  it("shows as many cold starts and instances as the table", async () => {
    expect(await total("Functions › Cold starts › A")).toBeCloseTo(printed.instances.length, 3);
    expect(lastValue(await atEnd("Functions › Instances › A"))).toBe(printed.instances.length);
    expect(lastValue(await atEnd("Push health › Instances › A"))).toBe(printed.instances.length);
  });

  it("shows log-ins, users and searches as the table", async () => {
    const printedAs = (name: string) => printed.custom.get(name) ?? Number.NaN;
    const [succeeded, failed] = ["success", "failure"].map((result) =>
      printedAs(`app_logins_total{result="${result}"}`),
    ) as [number, number];
    expect(await total("Courses › Log-ins › A")).toBeCloseTo(succeeded, 3);
    expect(await total("Courses › Log-ins › B")).toBeCloseTo(failed, 3);
    const share = lastValue(await atEnd("Courses › Failed log-ins › A"));
    expectWithin(share, failed / (succeeded + failed), 0.2);
    expect(lastValue(await atEnd("Courses › Users › A"))).toBe(printedAs("app_users"));
    const searches = printedAs("app_search_results_count");
    expect(perMinute(await total("Courses › Searches › A"))).toBeCloseTo(searches, 3);
    const everySearch = await total("Courses › Courses found, distribution › A", { le: "+Inf" });
    expect(perSecond(everySearch)).toBeCloseTo(searches, 3);
  });

  it("shows that every push was stored", async () => {
    expect(perMinute(await total("Push health › Pushes › A"))).toBeGreaterThanOrEqual(ends.size);
    expect(await total("Push health › Failed pushes › A")).toBe(0);
    expect(await total("Push health › Points dropped › A")).toBe(0);
    expect(lastValue(await atEnd("Push health › Receiver reached › A"))).toBe(1);
    expect(lastValue(await atEnd("Push health › Last push › A"))).toBeLessThan(60);
  });
});

function has({ labels }: Series, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => (labels[name] ?? "") === value);
}

/** A percentile of everything lies between those of its parts, whatever the parts are: instances, or methods. */
function expectOverlap(shown: readonly number[], printed: readonly number[], what: string): void {
  // The table rounds to 0.1 ms, from 100 ms on to 1 ms.
  const rounding = Math.max(...printed) < 0.1 ? 0.000051 : 0.00051;
  expect(Math.min(...shown), what).toBeLessThanOrEqual(Math.max(...printed) + rounding);
  expect(Math.max(...shown), what).toBeGreaterThanOrEqual(Math.min(...printed) - rounding);
}
