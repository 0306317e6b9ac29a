/** Every panel's own queries, over the wires that Prometheus scrapes, as things happen. */

import { seeded } from "@pushmeter/testkit/random";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EVERYTHING, windows } from "../read/dashboards.ts";
import { startPrometheus } from "../read/prometheus.ts";
import { UIDS } from "../src/links.ts";
import { pushToGateway, serveMetrics } from "../traffic/present.ts";
import {
  ask,
  expectFilled,
  type Filled,
  hasNumbers,
  lastValue,
  OF_AGGREGATOR,
  OF_LAMBDA,
  OF_TAIL,
  overall,
  targets,
} from "./wires.ts";

const SECONDS = 12;

/** Panels without data: a week ago there was none of these services, and no aggregator is between. */
const OTHERS: readonly string[] = [UIDS.objectives, UIDS.aggregator];
const NEITHER = [
  "Requests, now and a week ago",
  "p95 latency, now and a week ago",
  ...OF_AGGREGATOR,
  ...OF_TAIL,
  "Error budget left",
];
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  Pushgateway: NEITHER,
  // What is scraped pushes nothing, and is no Lambda.
  scrape: [
    ...NEITHER,
    ...OF_LAMBDA,
    "Pushes",
    "Failed pushes",
    "Pushes by result",
    "Mean push duration",
    "Slow pushes",
  ],
};

describeWithServers("panels have data", ({ prometheus: file, pushgateway: gatewayFile }) => {
  let stop: () => Promise<void>;
  const filledBy = new Map<string, Filled>();
  beforeAll(async () => {
    const gateway = await startPushgateway(gatewayFile);
    const options = { random: seeded(3), seconds: SECONDS };
    const scraped = await serveMetrics(options);
    const prometheus = await startPrometheus(file, {
      scrape: { pushgateway: gateway.url, "courses-scraped": `http://${scraped.host}` },
    });
    stop = async () => {
      await prometheus.stop();
      await gateway.stop();
      scraped.stop();
    };
    const start = Date.now();
    const [pushed] = await Promise.all([pushToGateway(gateway.url, options), scraped.play()]);
    const end = Date.now();
    // A busy machine takes longer, and some things happen only at the beginning.
    const seconds = Math.max(SECONDS, Math.ceil((end - start) / 1000));
    const filled = (truth: Filled["truth"], job: string) => ({
      ...{ dialect: "subtract", prometheus, start: end - 2_000, end, step: 1, truth },
      values: { ...EVERYTHING, ...windows(seconds, seconds), job, gateway: "courses-pushgateway" },
    });
    filledBy.set("Pushgateway", filled(pushed, "courses-pushgateway"));
    filledBy.set("scrape", filled(scraped.truth, "courses-scraped"));
  });
  afterAll(() => stop?.());

  const cases = Object.entries(EMPTY).flatMap(([wire, empty]) =>
    targets
      .filter(({ panel, dashboard }) => !empty.includes(panel.title) && !OTHERS.includes(dashboard.uid))
      .map((target) => [wire, target.where] as const),
  );
  it.each(cases)("by %s: %s", async (wire, where) => {
    // A route without a visit in these seconds has no latency.
    expectFilled((await ask(where, filledBy.get(wire) as Filled)).filter(hasNumbers));
  });

  it.each(Object.keys(EMPTY))("by %s: a gauge is what it was", async (wire) => {
    const users = await overall("Courses › Users › A", SECONDS, filledBy.get(wire) as Filled);
    expect(lastValue(users)).toBe(42);
  });
});
