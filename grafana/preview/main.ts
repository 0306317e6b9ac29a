/**
 * `npm run dashboards:preview`: every dashboard with an hour of the example's traffic, drawn from the JSON that
 * Grafana gets and a real Prometheus's answers. Serves the pages, or with `--save` writes them to
 * `docs/dashboards` as pictures; with `--save-to FOLDER` to another. `--native` pushes native histograms.
 */

import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { seeded } from "@pushmeter/testkit/random";
import { findServers } from "@pushmeter/testkit/servers/find";
import { EVERYTHING, ROOT, readDashboards } from "../read/dashboards.ts";
import { type Prometheus, startPrometheus } from "../read/prometheus.ts";
import { SERVICE, writeHistory } from "../traffic/history.ts";
import { answersOf } from "./answers.ts";
import { buildPage, html } from "./html.ts";
import { savePictures } from "./pictures.ts";

const MINUTES = 60;
const WEEK = 7 * 86_400_000;
/** Another service, whose instances push through an aggregator. */
const AGGREGATED = "courses-edge";
const { values } = parseArgs({
  options: { save: { type: "boolean" }, "save-to": { type: "string" }, native: { type: "boolean" } },
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
  const assets = await buildPage();
  const pages = new Map<string, string>();
  for (const dashboard of readDashboards(dialect)) {
    const name = dashboard.uid.replace("pushmeter-", "");
    const route = name === "route" ? "/courses/:id/certificate" : ".*";
    const job = ["push-health", "overview", "objectives"].includes(name) ? ".+" : SERVICE;
    const preview = await answersOf(dashboard, prometheus, end, MINUTES, { ...CHOSEN, job, route });
    pages.set(name, html(preview, assets));
  }
  return pages;
}

async function serve(pages: ReadonlyMap<string, string>): Promise<void> {
  const server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? "";
    const index = [...pages.keys()].map((name) => `<p><a href="/${name}">${name}</a></p>`).join("");
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(pages.get(name) ?? index);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  console.log(`http://127.0.0.1:${(server.address() as { port: number }).port}/ until Ctrl-C`);
}

/** With a Prometheus 3.16 as deploy/ has it; else in the dialect that every Prometheus knows. */
const newest = process.env.PROMETHEUS_3_16_BIN;
const dialect = newest ? "anchored" : "subtract";
const prometheus = await startPrometheus(newest ?? (await findServers()).prometheus, { lookBack: "1h" });
try {
  console.log("An hour of traffic into a Prometheus, about a minute …");
  // In whole seconds, so that times are the same in numbers and in text.
  const end = Math.floor(Date.now() / 1000 - 30) * 1000;
  await fill(prometheus, end);
  const pages = await pagesOf(prometheus, end);
  if (values.save || values["save-to"]) {
    const folder = values["save-to"] ?? join(ROOT, "docs/dashboards");
    await mkdir(folder, { recursive: true });
    for (const picture of await savePictures(pages, folder)) console.log(picture);
  } else {
    await serve(pages);
  }
} finally {
  await prometheus.stop();
}
