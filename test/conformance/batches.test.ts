/** prometheus/compliance, remotewrite/sender: batching, combined features, edge cases, remote write 1.0. */
import { describe, expect, it } from "vitest";
import { nameOf, Sender } from "./sender.ts";

const many = (sender: Sender, series: number) => {
  for (let i = 0; i < series; i++) sender.counter(1, { i: i % 1000 }, `load.${Math.floor(i / 1000)}`);
  return sender;
};

/** A service with a little of everything. */
function service(): Sender {
  const sender = new Sender();
  const { meter } = sender;
  const requests = meter.createCounter("http.requests", { description: "Requests.", unit: "{request}" });
  for (const status of [200, 404, 500]) requests.add(status, { method: "GET", status, path: "/a/b/c" });
  meter.createGauge("memory", { unit: "By", description: "Memory in use." }).record(1e9);
  const duration = meter.createHistogram("rpc.duration", { unit: "s", description: "Latency." });
  for (const value of [0.01, 0.2, 3]) duration.record(value, { service: "x" });
  return sender;
}

describe("TestBatchingBehavior", () => {
  it("multiple_series_per_request", async () => {
    expect((await many(new Sender(), 100).request()).timeseries).toHaveLength(100);
  });
  it("batch_size_reasonable", async () => {
    const sender = many(new Sender(), 25_000);
    await sender.push();
    const sizes = sender.requests.map(({ timeseries }) => timeseries.length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(25_000);
    for (const { body } of sender.requests) expect(body.length).toBeLessThan(1e6);
  });
  it("handles_varying_cardinality", async () => {
    const sender = new Sender().counter(1).counter(1, { a: 1 }).counter(1, { a: 1, b: 2, c: 3, d: 4 });
    expect(await sender.series("test_counter_total")).toHaveLength(3);
  });
  it("efficient_symbol_reuse", async () => {
    const sender = service();
    const first = await sender.request();
    expect((await sender.request()).symbols).toEqual(first.symbols);
  });
  it("metadata_batching", async () => {
    for (const { metadata } of (await service().request()).timeseries) expect(metadata).toBeDefined();
  });
});

it("TestConcurrentRequests", async () => {
  const sender = many(new Sender(), 9000);
  let [running, most] = [0, 0];
  const { answer } = sender;
  sender.answer = async (request, n) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return answer(request, n);
  };
  await sender.push();
  // It may be in parallel. It is not: a Worker has six connections for all that it does.
  expect([sender.requests.length > 1, most]).toEqual([true, 1]);
});

describe("TestCombinedFeatures", () => {
  it("samples_with_metadata", async () => {
    const [series] = await service().series("http_requests_total");
    // The zero that it begins with, and the value.
    expect([series?.samples.length, series?.metadata?.type]).toEqual([2, 1]);
  });
  it("multiple_metric_types", async () => {
    const types = (await service().request()).timeseries.map(({ metadata }) => metadata?.type);
    expect(new Set(types)).toEqual(new Set([1, 2, 3]));
  });
  it("high_cardinality_labels", async () => {
    expect(await many(new Sender(), 1000).series("load_0_total")).toHaveLength(1000);
  });
  it("complete_metric_family", async () => {
    const names = (await service().request()).timeseries.map(({ labels }) => nameOf(labels));
    const parts = ["bucket", "sum", "count"].map((part) => `rpc_duration_seconds_${part}`);
    expect(names).toEqual(expect.arrayContaining(parts));
  });
  it("mixed_labels_and_metadata", async () => {
    const [series] = await service().series("http_requests_total");
    expect(series?.labels).toHaveLength(6);
    expect(series?.metadata?.helpRef).toBeGreaterThan(0);
  });
  it("real_world_scenario", async () => {
    const { timeseries } = await service().request();
    const values = timeseries.map(({ samples }) => samples.at(-1)?.value);
    expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe("TestHistogramEncoding", () => {
  const histogram = (values: readonly number[], bounds = [1, 10]) => {
    const sender = new Sender();
    const instrument = sender.meter.createHistogram("test", { advice: { explicitBucketBoundaries: bounds } });
    for (const value of values) instrument.record(value);
    return sender;
  };
  it("histogram_count_present", async () => {
    expect(await histogram([0.5, 5, 50]).value("test_count")).toBe(3);
  });
  it("histogram_sum_present", async () => {
    expect(await histogram([0.5, 5, 50]).value("test_sum")).toBe(55.5);
  });
  it("histogram_buckets_ordered", async () => {
    const buckets = await histogram([0.5, 5, 50]).series("test_bucket");
    const les = buckets.map(({ labels }) => labels.find(([name]) => name === "le")?.[1]);
    const values = buckets.map(({ samples }) => samples.at(-1)?.value);
    expect([les, values]).toEqual([
      ["1.0", "10.0", "+Inf"],
      [1, 2, 3],
    ]);
  });
  it("histogram_timestamp", async () => {
    const { timeseries } = await histogram([1]).request();
    const times = timeseries.map(({ samples }) => samples.at(-1)?.timestamp);
    expect(new Set(times).size).toBe(1);
  });
  it("histogram_no_mixed_with_samples", async () => {
    for (const { histograms } of (await histogram([1]).request()).timeseries) expect(histograms).toEqual([]);
  });
  it("histogram_empty_buckets", async () => {
    const buckets = await histogram([50]).series("test_bucket");
    expect(buckets.map(({ samples }) => samples.at(-1)?.value)).toEqual([0, 0, 1]);
  });
  it("histogram_large_counts", async () => {
    expect(await histogram(Array<number>(100_000).fill(1)).value("test_count")).toBe(100_000);
  });
});

describe("TestEdgeCases", () => {
  it("empty_scrape", async () => {
    const sender = new Sender();
    expect([(await sender.push()).code, sender.requests.length]).toEqual([0, 0]);
  });
  it("huge_label_values", async () => {
    expect(await new Sender().counter(1, { huge: "x".repeat(10_000) }).value("test_counter_total")).toBe(1);
  });
  it("unicode_in_labels", async () => {
    const { labels } = await new Sender().counter(1, { text: "Ελληνικά 中文 👍" }).one("test_counter_total");
    expect(labels).toContainEqual(["text", "Ελληνικά 中文 👍"]);
  });
  it("many_timeseries", async () => {
    const sender = many(new Sender(), 5000);
    expect(await sender.push()).toMatchObject({ code: 0 });
  });
  it("high_cardinality", async () => {
    const labels = (await many(new Sender(), 1000).request()).timeseries.map(({ labels }) => labels.join());
    expect(new Set(labels).size).toBe(1000);
  });
  it("very_long_metric_name", async () => {
    const name = `m${"x".repeat(200)}`;
    expect(await new Sender().gauge(1, name).value(name)).toBe(1);
  });
  it.each([Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2, -0, Number.NaN])(
    "special_float_combinations: %d",
    async (value) => expect(await new Sender().gauge(value).value("test_gauge")).toBe(value),
  );
  it("stale_marker", async () => {
    const sender = new Sender().gauge(1);
    await sender.push();
    await sender.runtime.until(sender.destination.shutdown());
    const bits = sender.requests.at(-1)?.timeseries.map(({ samples }) => samples[0]?.bits);
    expect(bits).toEqual([0x7ff0000000000002n]);
  });
  it("mixed_sample_and_histogram_families", async () => {
    const names = (await service().request()).timeseries.map(({ labels }) => nameOf(labels));
    expect(names).toEqual(
      expect.arrayContaining(["http_requests_total", "memory_bytes", "rpc_duration_seconds_sum"]),
    );
  });
});

it("TestRobustnessUnderLoad", async () => {
  const sender = many(new Sender(), 200);
  for (let i = 0; i < 50; i++) expect(await sender.push()).toMatchObject({ code: 0 });
});

describe("TestRemoteWrite1Compatibility", () => {
  const sender = () => new Sender({ protocol: "1.0" }).counter(5, { b: 2, a: 1 });
  it("rw1_version_header", async () => {
    expect((await sender().request()).headers.get("x-prometheus-remote-write-version")).toBe("0.1.0");
  });
  it("rw1_content_type", async () => {
    expect((await sender().request()).headers.get("content-type")).toBe("application/x-protobuf");
  });
  it("rw1_samples_encoding", async () => {
    const { samples } = await sender().one("test_counter_total");
    expect(samples.map(({ value }) => value)).toEqual([0, 5]);
  });
  it("rw1_labels_encoding", async () => {
    const { labels } = await sender().one("test_counter_total");
    expect(labels.map(([name]) => name)).toEqual(["__name__", "a", "b", "instance", "job"]);
  });
  it("rw1_no_native_histograms", async () => {
    const { timeseries } = await sender().request();
    expect(timeseries.flatMap(({ histograms }) => histograms)).toEqual([]);
  });
  it("rw1_no_start_timestamp", async () => {
    const { samples, created } = await sender().one("test_counter_total");
    expect([created, ...samples.map(({ start }) => start)]).toEqual([0, 0, 0]);
  });
  it("rw1_metadata_handling", async () => {
    // None is sent: Prometheus does not keep it, and it would make every request larger.
    expect((await sender().request()).fields).toEqual([1]);
  });
  it("rw1_symbol_table_not_used", async () => expect((await sender().request()).symbols).toEqual([]));
});

it("TestRemoteWrite1Configuration", async () => {
  const sender = new Sender({ protocol: "1.0" }).counter();
  const { headers } = await sender.request();
  expect(headers.get("x-prometheus-remote-write-version")).toBe("0.1.0");
});
