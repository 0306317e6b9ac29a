/**
 * `npm run demo` with a real Prometheus, and every panel beside the table that it prints. The demo is too short for
 * windows of a minute, so the panels look back over all of it: then their counts are the table's.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EVERYTHING, ROOT, substitute, windows } from "../read/dashboards.ts";
import { type Prometheus, type Series, startPrometheus } from "../read/prometheus.ts";
import { UIDS } from "../src/links.ts";
import { type Printed, read, sum } from "./printed.ts";
import {
  expectFilled,
  hasNumbers,
  lastValue,
  OF_AGGREGATOR,
  OF_LAMBDA,
  OF_TAIL,
  targetOf,
  targets,
} from "./wires.ts";

/** Longer than the demo. */
const WINDOW = 300;
const ROUTE = "/courses/:id/certificate";

/** The demo has no Lambda, no Worker with tailMeter, no aggregator, no recorded rules and no last week. */
const OTHERS: readonly string[] = [UIDS.objectives, UIDS.aggregator];
const EMPTY = [...OF_LAMBDA, ...OF_AGGREGATOR, ...OF_TAIL, "Error budget left"];

type Labels = Readonly<Record<string, string>>;

describeWithServers("npm run demo", ({ prometheus: file }) => {
  let prometheus: Prometheus;
  let printed: Printed;
  let instances: string[];
  let end: number;

  beforeAll(async () => {
    prometheus = await startPrometheus(file);
    const demo = join(ROOT, "examples/worker/demo/main.ts");
    const args = ["--seconds", "6", "--remote-write", prometheus.writeUrl, "--prometheus", prometheus.url];
    const { stdout } = await promisify(execFile)(process.execPath, [demo, "--check", ...args]);
    printed = read(stdout);
    end = Date.now();
    const found = await prometheus.instant(
      "group by (instance) (http_server_request_duration_seconds_count)",
      end,
    );
    instances = found.map(({ labels }) => labels.instance ?? "");
  }, 120_000);
  afterAll(() => prometheus?.stop());

  const ask = (where: string, route = ".*") => {
    const values = { ...EVERYTHING, ...windows(WINDOW, WINDOW), job: "courses", route };
    return prometheus.instant(substitute(targetOf(where, "subtract").target.expr, values), end);
  };
  const valuesOf = async (where: string, labels: Labels = {}, route = ".*") => {
    const series = (await ask(where, route)).filter((one) => has(one, labels));
    return series
      .flatMap(({ samples }) => samples.map(([, value]) => value))
      .filter((value) => !Number.isNaN(value));
  };
  /** The sum over all series with these labels. */
  const total = async (where: string, labels: Labels = {}, route = ".*") =>
    (await valuesOf(where, labels, route)).reduce((sum, value) => sum + value, 0);

  const perSecond = (rate: number) => rate * WINDOW;
  const perMinute = (rate: number) => (rate * WINDOW) / 60;
  const triggered = () => sum(printed.triggers, "invocations");
  const named = (name: string) => printed.requests.filter((row) => row.name === name);

  it("is read as it was printed", () => {
    expect(printed.instances.map(({ name }) => name).sort()).toEqual([...instances].sort());
    expect(sum(printed.instances, "requests")).toBe(sum(printed.requests, "requests"));
    expect(sum(printed.requests, "requests")).toBeGreaterThan(100);
  });

  it.each(
    targets
      .filter(({ panel, dashboard }) => !EMPTY.includes(panel.title) && !OTHERS.includes(dashboard.uid))
      .filter(({ target }) => !target.expr.includes("offset 1w"))
      .map((target) => [target.where] as const),
  )("fills %s", async (where) => {
    // Rates of what has not happened in an interval are no number.
    expectFilled((await ask(where, where.startsWith("Route") ? ROUTE : ".*")).filter(hasNumbers));
  });

  it.each(["success", "client_error", "server_error", "exception"])(
    "shows as many requests with outcome %s as the table",
    async (outcome) => {
      const counted = perSecond(await total("Service › Requests by outcome › A", { outcome }));
      expect(counted).toBeCloseTo(sum(printed.requests, outcome), 3);
    },
  );

  it("shows as many requests of each route as the table", async () => {
    for (const name of new Set(printed.requests.map(({ name }) => name))) {
      const http_route = name === "(no route)" ? "" : name;
      const counted = await total("Service › Routes › A", { http_route });
      expect(counted, name).toBeCloseTo(sum(named(name), "requests"), 3);
    }
    const all = sum(printed.requests, "requests");
    // Of the last five minutes.
    expect(perSecond(await total("Service › Requests › A"))).toBeCloseTo(all, 3);
    expect(perSecond(await total("Service › Latency distribution › A", { le: "+Inf" }))).toBeCloseTo(all, 3);
  });

  it("shows the percentiles of each route as the table", async () => {
    for (const [target, q] of [
      ["Service › Routes › D", "p50"],
      ["Service › Routes › E", "p95"],
    ] as const) {
      for (const name of new Set(printed.requests.map(({ name }) => name))) {
        const http_route = name === "(no route)" ? "" : name;
        // The table has a row for each of the route's methods.
        const rows = named(name).map(({ numbers }) => numbers[q] ?? Number.NaN);
        expectOverlap(await valuesOf(target, { http_route }), rows, `${q} of ${name}`);
      }
    }
  });

  it("shows the part of requests that failed, and how many, as the table", async () => {
    const failed = sum(printed.requests, "server_error") + sum(printed.requests, "exception");
    const share = failed / sum(printed.requests, "requests");
    expect(lastValue(await ask("Service › Failed › A"))).toBeCloseTo(share, 6);
    expect(lastValue(await ask("Service › Failed › B"))).toBeCloseTo(failed, 3);
    expect(lastValue(await ask("Overview › Services › B"))).toBeCloseTo(
      (sum(printed.requests, "requests") + triggered()) / WINDOW,
      6,
    );
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
      const shown = await valuesOf("Functions › p95 duration by trigger › A", { faas_trigger });
      expectOverlap(shown, [numbers.p95 ?? Number.NaN], name);
    }
    const failed = perMinute(await total("Functions › Invocations by outcome › A", { outcome: "exception" }));
    expect(failed).toBeCloseTo(sum(printed.triggers, "exception"), 3);
  });

  it("shows as many cold starts and instances as the table", async () => {
    expect(await total("Functions › Cold starts › A")).toBeCloseTo(printed.instances.length, 3);
    expect(lastValue(await ask("Functions › Instances › A"))).toBe(printed.instances.length);
    expect(lastValue(await ask("Push health › Instances › A"))).toBe(printed.instances.length);
  });

  it("shows log-ins, users and searches as the table", async () => {
    const printedAs = (name: string) => printed.custom.get(name) ?? Number.NaN;
    const [succeeded, failed] = ["success", "failure"].map((result) =>
      printedAs(`app_logins_total{result="${result}"}`),
    ) as [number, number];
    expect(await total("Courses › Log-ins › A")).toBeCloseTo(succeeded, 3);
    expect(await total("Courses › Log-ins › B")).toBeCloseTo(failed, 3);
    const share = lastValue(await ask("Courses › Failed log-ins › A"));
    expect(share).toBeCloseTo(failed / (succeeded + failed), 6);
    expect(lastValue(await ask("Courses › Users › A"))).toBe(printedAs("app_users"));
    const searches = printedAs("app_search_results_count");
    expect(perMinute(await total("Courses › Searches › A"))).toBeCloseTo(searches, 3);
    const everySearch = await total("Courses › Courses found, distribution › A", { le: "+Inf" });
    expect(perSecond(everySearch)).toBeCloseTo(searches, 3);
  });

  it("shows that every push was stored", async () => {
    expect(10 * (await total("Push health › Pushes › A"))).toBeGreaterThanOrEqual(instances.length);
    expect(await total("Push health › Failed pushes › A")).toBe(0);
    expect(await total("Push health › Points dropped › A")).toBe(0);
    expect(lastValue(await ask("Push health › Receiver reached › A"))).toBe(1);
    expect(lastValue(await ask("Push health › Last push › A"))).toBeLessThan(60);
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
