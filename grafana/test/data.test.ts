/** Every panel's own queries, against a real Prometheus that the product has filled with a stretch of the past. */

import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { seeded } from "@pushmeter/testkit/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERYTHING, labelValuesOf, substitute, windows } from "../read/dashboards.ts";
import type { Prometheus, Series } from "../read/prometheus.ts";
import { dialectServers } from "../read/servers.ts";
import { UIDS } from "../src/links.ts";
import { type HistoryOptions, SERVICE, stormsOf, writeHistory } from "../traffic/history.ts";
import { PAYMENTS } from "../traffic/lambda.ts";
import type { Truth } from "../traffic/truth.ts";
import {
  ask,
  dashboards,
  expectFilled,
  expectWithin,
  type Filled,
  lastValue,
  overall,
  targets,
} from "./wires.ts";

const WEEK = 7 * 86_400_000;
const MINUTES = 14;
/** Spans the whole history, and the time since. */
const SECONDS = (MINUTES + 1) * 60;

/** How far a total may be off, as a part of it. No instance ends with something that it could not push. */
const TOLERANCE = 0.02;

interface Wire {
  readonly options: Pick<HistoryOptions, "service" | "shards" | "remoteWrite">;
  /** Panels, or single targets of them, that have none. */
  readonly empty: readonly string[];
}

/** Rules record what these show: `rules.test.ts`. */
const RECORDED = ["Objectives ›", "› Error budget left ›"];
/** Only a server that is scraped shows it: `aggregator.test.ts` does. */
const SCRAPED = "› Pushes as a scrape sees them ›";
const AGGREGATOR = [
  ...RECORDED,
  "Aggregator ›",
  "› Instances against series ›",
  "› Batches by result ›",
  "› Aggregator's pushes by result ›",
  "› Rejected points by reason ›",
];

const WIRES: Readonly<Record<string, Wire>> = {
  "remote write": { options: {}, empty: AGGREGATOR },
  "remote write of native histograms": {
    options: { service: "courses-native", remoteWrite: { histograms: nativeHistograms() } },
    empty: AGGREGATOR,
  },
  aggregator: {
    options: { service: "courses-aggregated", shards: 2 },
    // Shards are there from the beginning: none is new.
    empty: [...RECORDED, SCRAPED, "Functions › Instances › B"],
  },
};

const servers = (await dialectServers()).filter(({ dialect }) => dialect.native);
const end = Date.now();
const started: Prometheus[] = [];
const truths = new Map<string, Truth>();

/** All servers get the same requests; the first one's answers are what the product sees. */
const toAll = async (request: Request): Promise<Response> => {
  const requests = started.map(({ writeUrl }) => new Request(writeUrl, request.clone()));
  const [response, ...others] = await Promise.all(requests.map((copy) => fetch(copy)));
  for (const other of others) {
    if (!other.ok) throw new Error(`only the first server stored a request: ${await other.text()}`);
    await other.body?.cancel();
  }
  return response as Response;
};

beforeAll(async () => {
  started.push(...(await Promise.all(servers.map(({ start }) => start()))));
  const [{ writeUrl: url } = { writeUrl: "" }] = started;
  const common = { url, network: toAll, lifetime: 180 };
  const wires = Object.entries(WIRES);
  const before = wires.map(([, { options }], i) => {
    const shape = { ...common, ...options, minutes: 8, rate: 0.9, prefix: `before-${i}`, calm: true };
    return writeHistory({ ...shape, end: end - WEEK - 20_000, random: seeded(1) });
  });
  await Promise.all(before);
  const now = wires.map(async ([name, { options }], i) => {
    const shape = { ...common, ...options, minutes: MINUTES, rate: 1.2, prefix: `now-${i}` };
    truths.set(name, await writeHistory({ ...shape, end: end - 20_000, random: seeded(2) }));
  });
  await Promise.all(now);
}, 180_000);
afterAll(() => Promise.all(started.map((server) => server.stop())));

describe.each(servers.map(({ dialect }, i) => [dialect.name, i] as const))(
  "panels have data, %s",
  (dialect, i) => {
    let prometheus: Prometheus;
    const filledBy = new Map<string, Filled>();
    beforeAll(() => {
      prometheus = started[i] as Prometheus;
      for (const [name, { options }] of Object.entries(WIRES)) {
        const truth = truths.get(name) as Truth;
        const values = { ...EVERYTHING, ...windows(180, SECONDS), job: options.service ?? SERVICE };
        // A window before it, the history of the week before has long begun.
        filledBy.set(name, { dialect, prometheus, start: end - 4 * 60_000, end, step: 15, truth, values });
      }
    });

    describe.each(Object.entries(WIRES))("by %s", (wire, { empty }) => {
      const filled = () => filledBy.get(wire) as Filled;
      const value = async (where: string, labels: Readonly<Record<string, string>> = {}) =>
        lastValue(await overall(where, SECONDS, filled()), labels);
      const sum = async (where: string) => total(await overall(where, SECONDS, filled()));
      const isWithin = (value: number, truth: number) => expectWithin(value, truth, TOLERANCE);

      const filledTargets = targets.filter(({ where }) => !empty.some((part) => where.includes(part)));
      it.each(filledTargets.map((target) => [target.where, target] as const))("%s", async (where, target) => {
        const route = target.dashboard.uid === UIDS.route ? "/courses/:id/certificate" : ".*";
        expectFilled(await ask(where, { ...filled(), values: { ...filled().values, route } }));
      });

      it.each(
        dashboards.flatMap(({ uid, title, templating }) =>
          templating.list.flatMap((variable) => {
            const query = labelValuesOf(variable);
            // There is no Pushgateway here, objectives are recorded by rules, and only one wire has shards.
            const isEmpty =
              variable.name === "gateway" ||
              (uid === UIDS.objectives && variable.name === "job") ||
              (uid === UIDS.aggregator && empty === AGGREGATOR);
            return query && !isEmpty ? [[`${title} › $${variable.name}`, query] as const] : [];
          }),
        ),
      )("%s has values to choose from", async (_, { selector, label }) => {
        const found = await prometheus.instant(substitute(selector, filled().values), end);
        expect(found.map(({ labels }) => labels[label] ?? "")).not.toContain("");
        expect(found.length).toBeGreaterThan(0);
      });

      it("counts requests as they were", async () => {
        isWithin((await sum("Service › Requests by outcome › A")) * SECONDS, filled().truth.of("requests"));
      });

      it("counts requests that failed as they were", async () => {
        const { truth } = filled();
        const failed = truth.of("requests", { status: "500" }) + truth.of("requests", { status: "503" });
        isWithin(await sum("Service › Routes › C"), failed);
      });

      it("counts one route's requests as they were", async () => {
        const values = { ...filled().values, route: "/login" };
        const counted = total(
          await overall("Route › Requests by method and status › A", SECONDS, { ...filled(), values }),
        );
        isWithin(counted * SECONDS, filled().truth.of("logins"));
      });

      it("counts a queue's batches as they were", async () => {
        const labels = { messaging_destination_name: "enrolments" };
        const perMinute = await value("Functions › Invocations by function › A", labels);
        isWithin((perMinute * SECONDS) / 60, filled().truth.of("invocations", { trigger: "pubsub" }));
      });

      it.each(["success", "exception"])("counts a batch's records with %s as they were", async (outcome) => {
        const perMinute = await value("Functions › Records by outcome › A", { outcome });
        expectWithin((perMinute * SECONDS) / 60, filled().truth.of("records", { outcome }), TOLERANCE);
      });

      it("shows the part of records that failed, and how many came at once, as they were", async () => {
        const { truth } = filled();
        const failed = truth.of("records", { outcome: "exception" }) / truth.of("records");
        expectWithin(await value("Functions › Failed records › A"), failed, TOLERANCE);
        const size = await value("Functions › Records per batch › A", {
          messaging_destination_name: PAYMENTS,
        });
        expectWithin(size, truth.of("records") / truth.of("batches"), 0.2);
      });

      it.each(["success", "exceededCpu", "canceled"])(
        "counts what the platform ended with %s as it was",
        async (outcome) => {
          const perMinute = await value("Functions › Invocations as the platform ended them › A", {
            outcome,
          });
          isWithin((perMinute * SECONDS) / 60, filled().truth.of("platform", { outcome }));
        },
      );

      it("counts operations on a database, and calls that failed, as they were", async () => {
        const { truth } = filled();
        const enrolments = await value("Service › Operations › A", { messaging_operation_name: "send" });
        isWithin(enrolments * SECONDS, truth.of("operations", { kind: "send" }));
        const failed = await sum("Service › Failed operations › A");
        isWithin((failed * SECONDS) / 60, truth.of("operations", { kind: "failed" }));
      });

      it("counts instances that started as they were", async () => {
        isWithin(await value("Functions › Cold starts › A"), filled().truth.of("instances"));
      });

      it.each(["success", "failure"])("counts log-ins with %s as they were", async (result) => {
        const counted = await value(`Courses › Log-ins › ${result === "success" ? "A" : "B"}`);
        isWithin(counted, filled().truth.of("logins", { result }));
      });

      it("shows how much searches found as it was", async () => {
        const { truth } = filled();
        const mean = await value("Courses › Courses found per search › A");
        expectWithin(mean, truth.of("found") / truth.of("searches"), 0.2);
      });

      it("says when the receiver could not be reached, once that is known", async () => {
        const span = { ...filled(), start: end - (MINUTES - 1) * 60_000 };
        const [series, ...others] = await ask("Push health › Receiver reached › A", span);
        expect(others).toEqual([]);
        const storms = stormsOf({ end: end - 20_000, minutes: MINUTES });
        const lost = series?.samples.filter(([, state]) => state === 0).map(([time]) => time * 1000) ?? [];
        expect(lost.length).toBeGreaterThan(0);
        for (const time of lost) {
          // The first sample afterwards comes with the next push, retries and beats included.
          expect(storms.some(({ from, to }) => time > from && time < to + 30_000)).toBe(true);
        }
        expect(series?.samples.at(-1)?.[1]).toBe(1);
      });
    });

    it.each(["remote write", "remote write of native histograms"])(
      "by %s shows that pushes were not stored while the receiver was away",
      async (wire) => {
        const filled = filledBy.get(wire) as Filled;
        const share = lastValue(await overall("Push health › Failed pushes › A", SECONDS, filled));
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(0.5);
      },
    );

    it("by aggregator shows how many instances are behind it, and that their series are not more", async () => {
      const filled = filledBy.get("aggregator") as Filled;
      const instances = lastValue(
        await overall("Push health › Instances against series › A", SECONDS, filled),
      );
      expect(instances).toBe(filled.truth.of("instances") + filled.truth.of("tail Workers"));
      expect(lastValue(await overall("Push health › Instances › A", SECONDS, filled))).toBe(2);
    });

    it("native and classic histograms of the same traffic have the same percentiles, within a bucket", async () => {
      // Bounds of http.server.request.duration.
      const bounds = [0, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
      const [classic, native] = ["remote write", "remote write of native histograms"].map((wire) =>
        overall("Service › Routes › E", SECONDS, filledBy.get(wire) as Filled),
      );
      const routes = (await classic) ?? [];
      expect(routes.length).toBeGreaterThan(5);
      for (const { labels, samples } of routes) {
        const p95 = samples[0]?.[1] ?? Number.NaN;
        const above = bounds.findIndex((bound) => bound >= p95);
        const same = ((await native) ?? []).filter((one) => one.labels.http_route === labels.http_route);
        const other = lastValue(same);
        expect(other, labels.http_route ?? "").toBeGreaterThanOrEqual((bounds[above - 1] ?? 0) * 0.8);
        expect(other, labels.http_route ?? "").toBeLessThan((bounds[above] ?? 0) * 1.2);
      }
    });
  },
);

function total(series: readonly Series[]): number {
  return series.reduce((sum, { samples }) => sum + (samples.at(-1)?.[1] ?? 0), 0);
}
