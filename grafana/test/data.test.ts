/** Every panel's own queries, against a real Prometheus that the product has filled over each wire. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWithServers } from "../../test/servers/describe.ts";
import { startPushgateway } from "../../test/servers/pushgateway.ts";
import { SERVICE, writeHistory } from "../traffic/history.ts";
import { pushToGateway, serveMetrics } from "../traffic/present.ts";
import { seeded } from "../traffic/random.ts";
import type { Truth } from "../traffic/truth.ts";
import { type Prometheus, type Series, startPrometheus } from "./prometheus.ts";
import { labelValuesOf, type Placed, readDashboards, substitute, targetsOf } from "./walk.ts";

const WEEK = 7 * 86_400_000;
const MINUTES = 14;
const SECONDS = 12;
const dashboards = readDashboards();
const targets = dashboards.flatMap(targetsOf);

/** A stretch of time that Prometheus has data for, and how to ask for it. */
interface Filled {
  readonly prometheus: Prometheus;
  readonly start: number;
  readonly end: number;
  readonly step: number;
  readonly values: Readonly<Record<string, string>>;
  readonly truth: Truth;
}

async function ask({ target }: Placed, filled: Filled): Promise<Series[]> {
  const { prometheus, start, end, step, values } = filled;
  const expr = substitute(target.expr, values);
  return target.instant ? prometheus.instant(expr, end) : prometheus.range(expr, start, end, step);
}

/** The values of a panel whose rates reach over the whole history: per second, so times its length a total. */
async function overall(title: string, panelTitle: string, refId: string, filled: Filled): Promise<Series[]> {
  const placed = targets.find(
    ({ dashboard, panel, target }) =>
      dashboard.title === title && panel.title === panelTitle && target.refId === refId,
  );
  if (!placed) throw new Error(`no target ${refId} in ${panelTitle} of ${title}`);
  const seconds = `${MINUTES * 60}s`;
  const values = { ...filled.values, __rate_interval: seconds, __range: seconds };
  return filled.prometheus.instant(substitute(placed.target.expr, values), filled.end);
}

function lastValue(series: readonly Series[], labels: Readonly<Record<string, string>> = {}): number {
  const found = series.filter((one) =>
    Object.entries(labels).every(([name, value]) => one.labels[name] === value),
  );
  expect(found, JSON.stringify(labels)).toHaveLength(1);
  return found[0]?.samples.at(-1)?.[1] ?? Number.NaN;
}

/** Prometheus extrapolates at the end of each instance's series: some 8 % with instances that live for minutes. */
const EXTRAPOLATION = 0.12;

function isWithin(value: number, truth: number, part: number): void {
  expect(truth).toBeGreaterThan(0);
  expect(value).toBeGreaterThan(truth * (1 - part));
  expect(value).toBeLessThan(truth * (1 + part));
}

describeWithServers("remote write", ({ prometheus: file }) => {
  let filled: Filled;
  beforeAll(async () => {
    const prometheus = await startPrometheus(file);
    const end = Date.now();
    const url = prometheus.writeUrl;
    const shape = { url, minutes: MINUTES, rate: 1.2, lifetime: 180 };
    await writeHistory({
      ...shape,
      end: end - WEEK - 20_000,
      prefix: "before",
      random: seeded(1),
      rate: 0.7,
    });
    const truth = await writeHistory({ ...shape, end: end - 20_000, prefix: "now", random: seeded(2) });
    filled = {
      prometheus,
      start: end - 6 * 60_000,
      end,
      step: 15,
      truth,
      values: {
        job: SERVICE,
        instance: ".+",
        route: ".*",
        objective: "99",
        __rate_interval: "3m",
        __range: `${MINUTES}m`,
      },
    };
  });
  afterAll(() => filled?.prometheus.stop());

  it.each(targets.map((target) => [target.where, target] as const))("%s", async (_, target) => {
    const route = target.dashboard.uid === "pushmeter-route" ? "/courses/:id/certificate" : ".*";
    // With nothing to fall back to: a zero from vector(0) would hide a name that does not exist.
    const expr = target.target.expr.replace(/ or (on \(\) label_replace\(vector.*\)|vector\(0\))/g, "");
    const bare = { ...target, target: { ...target.target, expr } };
    isFilled(await ask(bare, { ...filled, values: { ...filled.values, route } }));
  });

  it.each(
    dashboards.flatMap(({ title, templating }) =>
      templating.list.flatMap((variable) => {
        const query = labelValuesOf(variable);
        return query ? [[`${title} › $${variable.name}`, query] as const] : [];
      }),
    ),
  )("%s has values to choose from", async (_, { selector, label }) => {
    const found = await filled.prometheus.instant(substitute(selector, filled.values), filled.end);
    expect(found.map(({ labels }) => labels[label] ?? "")).not.toContain("");
    expect(found.length).toBeGreaterThan(0);
  });

  it("counts requests as they were", async () => {
    const rate = lastValue(await overall("Overview", "Requests", "A", filled));
    isWithin(rate * MINUTES * 60, filled.truth.of("requests"), EXTRAPOLATION);
  });

  it("shows the part of requests that failed as it was", async () => {
    const { truth } = filled;
    const failed = truth.of("requests", { status: "500" }) + truth.of("requests", { status: "503" });
    const share = lastValue(await overall("Overview", "Failed", "A", filled));
    isWithin(share, failed / truth.of("requests"), 0.2);
  });

  it("counts one route's requests as they were", async () => {
    const values = { ...filled.values, route: "/login" };
    const rate = lastValue(await overall("Route", "Requests", "A", { ...filled, values }));
    const { truth } = filled;
    isWithin(rate * MINUTES * 60, truth.of("logins"), EXTRAPOLATION);
  });

  it("counts a queue's batches as they were", async () => {
    const series = await overall("Functions", "Invocations by function", "A", filled);
    const perMinute = lastValue(series, { messaging_destination_name: "enrolments" });
    isWithin(perMinute * MINUTES, filled.truth.of("invocations", { trigger: "pubsub" }), EXTRAPOLATION);
  });

  it("shows that pushes were not stored while the receiver was away", async () => {
    const share = lastValue(await overall("Push health", "Failed pushes", "A", filled));
    const pushes = lastValue(await overall("Push health", "Pushes", "A", filled)) * MINUTES;
    isWithin(share * pushes, filled.truth.of("errors"), 0.5);
  });

  it.each(["success", "failure"])("counts log-ins with %s as they were", async (result) => {
    const counted = lastValue(await overall("Courses", "Log-ins", result === "success" ? "A" : "B", filled));
    isWithin(counted, filled.truth.of("logins", { result }), EXTRAPOLATION);
  });
});

describeWithServers("Pushgateway and scrape", ({ prometheus: file, pushgateway: gatewayFile }) => {
  let stop: () => Promise<void>;
  const filled = new Map<string, Filled>();
  beforeAll(async () => {
    const gateway = await startPushgateway(gatewayFile);
    const options = { random: seeded(3), seconds: SECONDS };
    const scraped = await serveMetrics(options);
    const prometheus = await startPrometheus(file, {
      pushgateway: new URL(gateway.url).host,
      "courses-scraped": scraped.host,
    });
    stop = async () => {
      await prometheus.stop();
      await gateway.stop();
      scraped.stop();
    };
    const [pushed] = await Promise.all([pushToGateway(gateway.url, options), scraped.play()]);
    const end = Date.now();
    const values = {
      instance: ".+",
      route: ".*",
      objective: "99",
      __rate_interval: `${SECONDS}s`,
      __range: `${SECONDS}s`,
    };
    const common = { prometheus, start: end - 2_000, end, step: 1 };
    filled.set("Pushgateway", {
      ...common,
      truth: pushed,
      values: { ...values, job: "courses-pushgateway" },
    });
    filled.set("scrape", { ...common, truth: scraped.truth, values: { ...values, job: "courses-scraped" } });
  });
  afterAll(() => stop?.());

  const cases = ["Pushgateway", "scrape"].flatMap((wire) =>
    targets
      // A week ago there was none of these, and a service that is scraped pushes nothing.
      .filter(({ target }) => !target.expr.includes("offset 1w"))
      .filter(({ target }) => wire === "Pushgateway" || !target.expr.includes("pushmeter_push_duration"))
      .map((target) => [`${wire}: ${target.where}`, wire, target] as const),
  );
  it.each(cases)("%s", async (_, wire, target) => {
    // A route without a visit in these seconds has no latency.
    isFilled((await ask(target, filled.get(wire) as Filled)).filter(hasNumbers));
  });

  it.each(["Pushgateway", "scrape"])("%s: a gauge is what it was", async (wire) => {
    const { prometheus, end, values } = filled.get(wire) as Filled;
    const users = targets.find(({ where }) => where === "Courses › Users › A") as Placed;
    expect(lastValue(await prometheus.instant(substitute(users.target.expr, values), end))).toBe(42);
  });
});

function hasNumbers({ samples }: Series): boolean {
  return !samples.every(([, value]) => Number.isNaN(value));
}

/** A misspelt metric answers "success" with no series; a division by nothing answers NaN. */
function isFilled(series: readonly Series[]): void {
  expect(series.length, "series").toBeGreaterThan(0);
  for (const { labels, samples } of series) {
    expect(samples.length, JSON.stringify(labels)).toBeGreaterThan(0);
    expect(
      samples.filter(([, value]) => !Number.isFinite(value)),
      JSON.stringify(labels),
    ).toEqual([]);
  }
}
