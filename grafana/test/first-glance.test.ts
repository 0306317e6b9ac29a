/** Overview with Service = All, without recorded rules: who is silent, who fails, and nothing in green without data. */
import { seeded } from "@pushmeter/testkit/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERYTHING, readDashboards, substitute, targetsOf, windows } from "../read/dashboards.ts";
import type { Prometheus } from "../read/prometheus.ts";
import { dialectServers, isSettled } from "../read/servers.ts";
import { STATE } from "../src/query/presence.ts";
import { type RawSeries, writeSeries } from "../traffic/backfill.ts";
import { direct } from "../traffic/deliveries.ts";
import { busy } from "../traffic/shapes.ts";

const MINUTE = 60_000;
const RANGE = 60 * MINUTE;
/** Minutes since the last request, by service. */
const SINCE = { live: 0, "died 6 min ago": 6, "died 25 min ago": 25 } as const;

/** A service that follows OpenTelemetry's conventions without pushmeter, and answers every request with 500. */
function standard(end: number): RawSeries {
  const labels = {
    __name__: "http_server_request_duration_seconds_count",
    job: "standard",
    instance: "a",
    http_response_status_code: "500",
    error_type: "500",
  };
  const samples = Array.from({ length: 41 }, (_, i) => [end - (40 - i) * 15_000, i * 30] as const);
  return { labels, samples };
}

const servers = await dialectServers();

describe.each(servers.map((server) => [server.dialect.name, server] as const))("%s", (dialect, { start }) => {
  const targets = readDashboards(dialect).flatMap(targetsOf);
  const end = Math.floor(Date.now() / MINUTE) * MINUTE;
  let prometheus: Prometheus;

  beforeAll(async () => {
    prometheus = await start();
    for (const [service, minutes] of Object.entries(SINCE)) {
      const [from, to] = [end - RANGE, end - minutes * MINUTE - 6_000];
      await writeSeries([prometheus.writeUrl], direct(service, busy(from, to, seeded(3)), from, end).series);
    }
    await writeSeries([prometheus.writeUrl], [standard(end)]);
    await isSettled(prometheus, Object.keys(SINCE).length + 1, end);
  });
  afterAll(() => prometheus?.stop());

  const ask = (where: string, job = ".+", time = end) => {
    const { target } = targets.find((placed) => placed.where === where) ?? {};
    const values = { ...EVERYTHING, ...windows(60, RANGE / 1000), job };
    return prometheus.instant(substitute(target?.expr ?? `no target ${where}`, values), time);
  };
  const byJob = async (where: string) =>
    new Map((await ask(where)).map(({ labels, samples }) => [labels.job, samples[0]?.[1]]));

  it("says which services are silent, and which fail", async () => {
    const states = await byJob("Overview › Services › A");
    expect(Object.fromEntries(states)).toMatchObject({
      "died 6 min ago": STATE.silent,
      "died 25 min ago": STATE.silent,
    });
    // A tenth of its second route's requests fail.
    for (const failing of ["live", "standard"]) {
      expect(states.get(failing), failing).toBeGreaterThan(STATE.failing);
      expect(states.get(failing), failing).toBeLessThan(STATE.silent);
    }
    const [silent] = await ask("Overview › Silent services › A");
    expect(silent?.samples[0]?.[1]).toBe(2);
  });

  it("shows no number of silent services but the time of their last push", async () => {
    for (const refId of ["B", "C", "D", "E", "F"]) {
      const values = await byJob(`Overview › Services › ${refId}`);
      expect(
        [...values.keys()].filter((job) => job?.startsWith("died")),
        refId,
      ).toEqual([]);
    }
    const since = await byJob("Overview › Services › G");
    // Without recorded rules Prometheus looks back five minutes.
    if (since.has("died 6 min ago")) expect(since.get("died 6 min ago")).toBeGreaterThan(300);
    expect(since.get("live")).toBeLessThan(60);
  });

  it("counts a 500 as a failure where there is no outcome", async () => {
    expect((await byJob("Overview › Services › C")).get("standard")).toBeCloseTo(1, 6);
    const [failed] = await ask("Service › Failed › A", "standard");
    expect(failed?.samples[0]?.[1]).toBeCloseTo(1, 6);
    const outcomes = await ask("Service › Requests by outcome › A", "standard");
    expect(outcomes.map(({ labels }) => labels.outcome)).toEqual(["server_error"]);
    const kinds = await ask("Service › Errors by kind › A", "standard");
    expect(kinds.map(({ labels }) => labels.error_type)).toEqual(["500"]);
  });

  it.each(["died 6 min ago", "died 25 min ago"])(
    "of a service that %s, stats and lines show nothing",
    async (job) => {
      for (const where of [
        "Service › Requests › A",
        "Service › Failed › A",
        "Service › Failed › B",
        "Service › Latency › B",
        "Service › Requests by outcome › A",
        "Service › Errors by kind › A",
      ]) {
        expect(await ask(where, job), where).toEqual([]);
      }
    },
  );

  it("notices a busy service's end within five minutes", async () => {
    const job = "died 6 min ago";
    const states = async (time: number) =>
      (await ask("Overview › Services › A", job, time))[0]?.samples[0]?.[1];
    const last = end - 6 * MINUTE;
    expect(await states(last + 4 * MINUTE)).not.toBe(STATE.silent);
    expect(await states(last + 5 * MINUTE + 5_000)).toBe(STATE.silent);
  });
});
