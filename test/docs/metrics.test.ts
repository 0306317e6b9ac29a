/** What docs/metrics.md says of metrics, labels and values is what arrives. */

import { globSync } from "node:fs";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type PushFailure } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { DROPPED } from "@pushmeter/testkit/published";
import { beforeAll, expect, it } from "vitest";
import { codes, ROOT, read, rows } from "./documents.ts";

const page = read("docs/metrics.md");
const receiver = new Receiver();

/** One of everything: each trigger, errors, a push that is refused, points that cannot be stored. */
beforeAll(async () => {
  let refuse = false;
  const fetch = async (request: Request) =>
    refuse ? new Response("", { status: 403 }) : receiver.fetch(request);
  const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch });
  const service = { name: "courses", version: "1.2.3" };
  const pushmeter = createPushmeter({ service, push, onError: () => {} });
  pushmeter.meter.createGauge("same.total").record(1);
  pushmeter.meter.createHistogram("same.total").record(1);
  const worker = instrumentWorker(
    pushmeter,
    {
      fetch: async () => Promise.reject(new TypeError("x")),
      scheduled: async () => Promise.reject(new TypeError("x")),
      queue: async () => {},
      email: async () => {},
    },
    { route: () => "/courses/:id" },
  ) as Record<"fetch" | "scheduled" | "queue" | "email", (...args: unknown[]) => Promise<unknown>>;
  const ctx = { waitUntil: () => {} };
  await worker.fetch(new Request("http://x/"), {}, ctx).catch(() => {});
  await worker.scheduled({ cron: "* * * * *" }, {}, ctx).catch(() => {});
  await worker.queue({ queue: "enrolments" }, {}, ctx);
  await worker.email({}, {}, ctx);
  refuse = true;
  await pushmeter.flush();
  refuse = false;
  await pushmeter.flush();
  await pushmeter.flush();
});

it("lists the metrics that are emitted, each with its labels", () => {
  const emitted = new Map<string, Set<string>>();
  for (const { name, labels } of receiver.series()) {
    const metric = name.replace(/_(bucket|sum|count)$/, "");
    if (metric.startsWith("same")) continue;
    const known = emitted.get(metric) ?? new Set();
    for (const label of Object.keys(labels)) if (!/^(job|instance|le)$/.test(label)) known.add(label);
    emitted.set(metric, known);
  }
  const listed = rows(page, (header) => header === "metric").map(
    ([metric = "", , labels = ""]) => [codes(metric)[0], new Set(codes(labels))] as const,
  );
  expect(new Map(listed)).toEqual(emitted);
});

it("or docs/lambda.md or a table of docs/workers.md lists every metric that a document or an issue form names", () => {
  const places = "{*.md,docs/*.md,packages/*/README.md,examples/*/README.md,.github/**/*.{md,yml}}";
  const ofWorkers = rows(read("docs/workers.md"), (header) => header === "metric")
    .flat()
    .join(" ");
  const listed = new Set(codes(page + read("docs/lambda.md") + ofWorkers));
  const unlisted = globSync(places, { cwd: ROOT }).flatMap((file) => {
    const named = read(file).matchAll(/\b(?:pushmeter_push|faas|http_server)_\w+?_(?:total|seconds)/g);
    return Array.from(named, ([metric]) => metric)
      .filter((metric) => !listed.has(metric))
      .map((metric) => `${file}: ${metric}`);
  });
  expect(unlisted).toEqual([]);
});

it("lists the buckets of durations", () => {
  const [, sentence = ""] = /The buckets end at (.*?) s\./s.exec(page) ?? [];
  const bounds = receiver
    .series("http_server_request_duration_seconds_bucket", { outcome: "exception" })
    .map(({ labels }) => Number(labels.le))
    .filter(Number.isFinite);
  expect(sentence.match(/\d+(\.\d+)?/g)?.map(Number)).toEqual(bounds.sort((a, b) => a - b));
});

it("lists the results that a push can have", () => {
  const failures: Record<PushFailure, true> = {
    refused: true,
    unavailable: true,
    unreachable: true,
    timeout: true,
  };
  const [line = ""] = /^- `result` is .*$/m.exec(page) ?? [];
  expect(new Set(codes(line))).toEqual(new Set(["result", "success", "error", ...Object.keys(failures)]));
});

it("lists the reasons for which points are dropped", () => {
  const [paragraph = ""] = /^- `reason` says .*?(?=\n- )/ms.exec(page) ?? [];
  const dropped = receiver.series(DROPPED).map(({ labels }) => labels.reason);
  expect(dropped.length).toBeGreaterThan(0);
  for (const reason of dropped) expect(codes(paragraph)).toContain(reason);
});
