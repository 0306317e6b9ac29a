/** deploy/collector.yaml in the Collector that `OTELCOL_BIN` names. */
import { createPushmeter } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import type { Process } from "@pushmeter/testkit/servers/process";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { startCollector } from "@pushmeter/testkit/servers/summing-collector";
import { afterAll, beforeAll, expect, it } from "vitest";

const INSTANCES = 10;

describeWithServers("deploy/collector.yaml", ({ prometheus: file }) => {
  let prometheus: Prometheus;
  let collector: Process | undefined;
  let missing = "";
  beforeAll(async () => {
    const program = await findProgram("OTELCOL_BIN").catch((error: Error) => {
      missing = error.message;
    });
    if (!program) return;
    prometheus = await startPrometheus(file);
    // Only faster.
    const replace = { "interval: 5s": "interval: 1s", "timeout: 3s": "timeout: 2s" };
    collector = await startCollector(program, { writeUrl: prometheus.writeUrl, replace });
  });
  afterAll(async () => {
    await collector?.stop();
    await prometheus?.stop();
  });

  it("makes one exact series of ten instances, from a zero on, over repeated batches and SIGTERM", async (test) => {
    if (!collector) return test.skip(missing);
    const url = `${collector.url}/v1/metrics`;
    /** Sends each batch twice. */
    const twice: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      await fetch(request.clone());
      return fetch(request);
    };
    const live = async () => {
      const push = otlp({ url, temporality: "delta", fetch: twice });
      const pushmeter = createPushmeter({ service: "courses", push });
      const logins = pushmeter.meter.createCounter("logins");
      const sizes = pushmeter.meter.createHistogram("sizes", {
        advice: { explicitBucketBoundaries: [1, 5] },
      });
      const open = pushmeter.meter.createUpDownCounter("open", { unit: "1" });
      const heat = pushmeter.meter.createGauge("heat");
      for (let n = 0; n < 3; n++) {
        logins.add(2);
        sizes.record(1);
        open.add(1);
        heat.record(20 + n);
        expect(await pushmeter.flush()).toBe(true);
      }
    };
    const count = (promql: string, total: number) =>
      until(
        promql,
        () => prometheus.query(promql),
        ([one]) => one?.value === total,
      );
    for (let i = 0; i < INSTANCES; i++) await live();
    await count("sum(last_over_time(logins_total[1h]))", 6 * INSTANCES);
    await live();
    // What has just come waits in its memory.
    await collector.restart();
    await count("sum(last_over_time(logins_total[1h]))", 6 * (INSTANCES + 1));
    await count("sum(last_over_time(sizes_count[1h]))", 3 * (INSTANCES + 1));
    await count('sum(last_over_time(sizes_bucket{le="1"}[1h]))', 3 * (INSTANCES + 1));
    for (const metric of ["logins_total", "sizes_count", "sizes_sum", "sizes_bucket"]) {
      const all = await prometheus.queryRange(`${metric}[1h]`);
      expect(all).toHaveLength(metric === "sizes_bucket" ? 3 : 1);
      for (const { labels, samples } of all) {
        expect(labels).toMatchObject({ job: "courses" });
        expect(labels).not.toHaveProperty("instance");
        expect(samples[0]?.[1]).toBe(0);
        expect(samples.filter(([, value]) => value === 0)).toHaveLength(1);
      }
    }
    // After the restart the totals begin anew, which Prometheus takes for growth from zero.
    await live();
    await count("sum(last_over_time(logins_total[1h]))", 6);
    const [logins] = await prometheus.queryRange("logins_total[1h]");
    const values = logins?.samples.map(([, value]) => value) ?? [];
    const growth = values
      .slice(1)
      .map((value, i) => value - (value < (values[i] ?? 0) ? 0 : (values[i] ?? 0)));
    expect(growth.reduce((sum, each) => sum + each, 0)).toBe(6 * (INSTANCES + 2));
    // These do not add up.
    for (const [metric, value] of [
      ["open", 3],
      ["heat", 22],
    ] as const) {
      const all = await prometheus.query(`last_over_time(${metric}[1h])`);
      expect(all.map((one) => one.value)).toEqual(Array(INSTANCES + 2).fill(value));
      expect(new Set(all.map(({ labels }) => labels.instance)).size).toBe(INSTANCES + 2);
    }
  });
});
