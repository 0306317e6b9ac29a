/** The dashboard Courses is the example's: it asks for the instruments that the example really has. */
import type { Counter, Histogram } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { expect, it, vi } from "vitest";
import { EVERYTHING, ROOT, readDashboards, substitute, targetsOf, windows } from "../read/dashboards.ts";
import { selectorsOf } from "./promql.ts";

vi.mock("cloudflare:workers", () => ({
  env: { DB: { prepare: () => ({ first: async () => 40 }) } },
}));
vi.stubEnv("REMOTE_WRITE_URL", "http://receiver.example/api/v1/write");

interface Example {
  readonly pushmeter: Pushmeter;
  readonly logins: Counter;
  readonly searchResults: Histogram;
}

it("asks for metrics that examples/worker emits", async () => {
  // By a path that the compiler does not follow: the example is compiled for workerd.
  const path = `${ROOT}/examples/worker/src/metrics.ts`;
  const { pushmeter, logins, searchResults }: Example = await import(path);
  logins.add(1, { result: "success" });
  searchResults.record(3);
  const page = await (await pushmeter.scrape()).text();
  const emitted = [...page.matchAll(/^(?:# TYPE )?(app_\w+)/gm)].map(([, name]) => name);

  const asked = readDashboards()
    .flatMap(targetsOf)
    .flatMap(({ target }) => selectorsOf(substitute(target.expr, { ...EVERYTHING, ...windows(60, 3600) })))
    .map(({ metric }) => metric)
    .filter((metric) => metric.startsWith("app_"));
  expect(asked.length).toBeGreaterThan(0);
  for (const metric of asked) expect(emitted).toContain(metric);
});
