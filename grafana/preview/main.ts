/**
 * `npm run dashboards:preview`: every dashboard with an hour of the example's traffic, drawn from the JSON that
 * Grafana gets and a real Prometheus's answers. Serves the pages, or with `--save` writes them to
 * `docs/dashboards` as pictures.
 */
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { findServers } from "../../test/servers/find.ts";
import { type Prometheus, startPrometheus } from "../test/prometheus.ts";
import { ROOT, readDashboards } from "../test/walk.ts";
import { SERVICE, writeHistory } from "../traffic/history.ts";
import { seeded } from "../traffic/random.ts";
import { answersOf } from "./answers.ts";
import { buildPage, html } from "./html.ts";
import { savePictures } from "./pictures.ts";

const MINUTES = 60;
const WEEK = 7 * 86_400_000;
const CHOSEN = { datasource: "Prometheus", job: SERVICE, instance: ".+", objective: "99" };

async function fill({ writeUrl: url }: Prometheus, end: number): Promise<void> {
  const shape = { url, minutes: MINUTES, lifetime: 400 };
  await writeHistory({ ...shape, end: end - WEEK, prefix: "before", random: seeded(1), rate: 1.2 });
  await writeHistory({ ...shape, end, prefix: "now", random: seeded(2), rate: 2 });
}

async function pagesOf(prometheus: Prometheus, end: number): Promise<Map<string, string>> {
  const assets = await buildPage();
  const pages = new Map<string, string>();
  for (const dashboard of readDashboards()) {
    const name = dashboard.uid.replace("pushmeter-", "");
    const route = name === "route" ? "/courses/:id/certificate" : ".*";
    const preview = await answersOf(dashboard, prometheus, end, MINUTES, { ...CHOSEN, route });
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

const { prometheus: file } = await findServers();
const prometheus = await startPrometheus(file);
try {
  console.log("An hour of traffic into a Prometheus, about a minute …");
  // In whole seconds, so that times are the same in numbers and in text.
  const end = Math.floor(Date.now() / 1000 - 30) * 1000;
  await fill(prometheus, end);
  const pages = await pagesOf(prometheus, end);
  if (process.argv.includes("--save")) {
    const folder = join(ROOT, "docs/dashboards");
    await mkdir(folder, { recursive: true });
    for (const picture of await savePictures(pages, folder)) console.log(picture);
  } else {
    await serve(pages);
  }
} finally {
  await prometheus.stop();
}
