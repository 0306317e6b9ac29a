/**
 * `npm run dashboards:preview`: every dashboard with an hour of the example's traffic, drawn by Grafana's own
 * components from the JSON that Grafana gets and a real Prometheus's answers. Writes pictures to `docs/dashboards`,
 * with `--to FOLDER` to another, or serves the pages with `--serve`. `--only NAME` draws one dashboard. `--native` pushes
 * native histograms.
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { seeded } from "@pushmeter/testkit/random";
import { findServers } from "@pushmeter/testkit/servers/find";
import { objectives } from "../examples/courses/slo.ts";
import { EVERYTHING, ROOT, readDashboards } from "../read/dashboards.ts";
import { type Prometheus, startPrometheus } from "../read/prometheus.ts";
import { subtract } from "../src/query/dialect.ts";
import { objectiveGroups, sharedGroups } from "../src/rules/groups.ts";
import { SERVICE, writeHistory } from "../traffic/history.ts";
import { answersOf } from "./answers.ts";
import { buildPage, html } from "./html.ts";
import { savePictures } from "./pictures.ts";
import { record } from "./record.ts";
import { servePages } from "./server.ts";

const MINUTES = 60;
const WEEK = 7 * 86_400_000;
/** Another service, whose instances push through an aggregator. */
const AGGREGATED = "courses-edge";
const { values } = parseArgs({
  options: {
    serve: { type: "boolean" },
    to: { type: "string" },
    only: { type: "string" },
    native: { type: "boolean" },
  },
});
const native = values.native ?? false;
const CHOSEN = {
  ...EVERYTHING,
  datasource: "Prometheus",
  job: SERVICE,
};

async function fill({ writeUrl: url }: Prometheus, end: number): Promise<void> {
  // Panels that look back ten minutes have something to look back at.
  const shape = { url, minutes: MINUTES + 12, lifetime: 400 };
  const direct = native ? { ...shape, remoteWrite: { histograms: nativeHistograms() } } : shape;
  await writeHistory({
    ...direct,
    end: end - WEEK,
    prefix: "before",
    random: seeded(1),
    rate: 1.2,
    calm: true,
  });
  const many = { ...shape, service: AGGREGATED, shards: 2, instances: 8, lifetime: 200 };
  // At the same time: Prometheus takes nothing that is an hour older than what it has.
  await Promise.all([
    writeHistory({ ...direct, end, prefix: "now", random: seeded(2), rate: 2 }),
    writeHistory({ ...many, end, prefix: "edge", random: seeded(3), rate: 1.5 }),
  ]);
}

async function pagesOf(prometheus: Prometheus, end: number): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  for (const dashboard of readDashboards(dialect)) {
    const name = dashboard.uid.replace("pushmeter-", "");
    if (values.only && values.only !== name) continue;
    const route = name === "route" ? "/courses/:id/certificate" : ".*";
    const job = ["push-health", "overview", "objectives", "aggregator"].includes(name) ? ".+" : SERVICE;
    const preview = await answersOf(dashboard, prometheus, end, MINUTES, { ...CHOSEN, job, route });
    pages.set(name, html(preview));
  }
  return pages;
}

/** With a Prometheus 3.16 as deploy/ has it; else in the dialect that every Prometheus knows. */
const newest = process.env.PROMETHEUS_3_16_BIN;
const dialect = newest ? "anchored" : "subtract";
const prometheus = await startPrometheus(newest ?? (await findServers()).prometheus, {
  lookBack: "1h",
  outOfOrder: "3h",
});
try {
  console.log("An hour of traffic into a Prometheus, about a minute …");
  // In whole seconds, so that times are the same in numbers and in text.
  const end = Math.floor(Date.now() / 1000 - 30) * 1000;
  await fill(prometheus, end);
  const shared = sharedGroups(subtract);
  const own = objectiveGroups(subtract, SERVICE, objectives);
  // Objectives read what the first group records, and the others read them.
  const groups = [...shared.slice(0, 1), ...own, ...shared.slice(1)];
  await record(prometheus, groups, { start: end - MINUTES * 60_000, end });
  const pages = await pagesOf(prometheus, end);
  const server = await servePages(pages, await buildPage());
  if (values.serve) {
    console.log(`${server.url}/ until Ctrl-C`);
    await new Promise(() => {});
  }
  const folder = values.to ?? join(ROOT, "docs/dashboards");
  await mkdir(folder, { recursive: true });
  try {
    for (const picture of await savePictures(server.url, [...pages.keys()], folder)) console.log(picture);
  } finally {
    server.stop();
  }
} finally {
  await prometheus.stop();
}
