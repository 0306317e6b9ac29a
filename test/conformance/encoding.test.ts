/** prometheus/compliance, remotewrite/sender: protocol, symbols, labels, samples, timestamps, metadata. */

import type { Attributes } from "@opentelemetry/api";
import { describe, expect, it } from "vitest";
import { Sender } from "./sender.ts";

describe("TestProtocolCompliance", () => {
  const header = async (name: string) => (await new Sender().counter().request()).headers.get(name);
  it("content_type_protobuf", async () => {
    expect((await header("content-type"))?.split(";")[0]).toBe("application/x-protobuf");
  });
  it("content_type_with_proto_param", async () => {
    expect(await header("content-type")).toBe("application/x-protobuf;proto=io.prometheus.write.v2.Request");
  });
  it("content_encoding_snappy", async () => expect(await header("content-encoding")).toBe("snappy"));
  it("version_header_present", async () => {
    expect(await header("x-prometheus-remote-write-version")).toBeTruthy();
  });
  it("version_header_value", async () => {
    expect(await header("x-prometheus-remote-write-version")).toBe("2.0.0");
  });
  it("user_agent_present", async () => expect(await header("user-agent")).toBe("pushmeter"));
  it("snappy_block_format", async () => {
    const { body } = await new Sender().counter().request();
    // The framed format begins with a chunk of type 0xff that says sNaPpY.
    expect(new TextDecoder("latin1").decode(body.subarray(0, 10))).not.toContain("sNaPpY");
  });
  it("protobuf_parseable", async () => {
    expect((await new Sender().counter().request()).timeseries).toHaveLength(1);
  });
});

it("TestHTTPMethod", async () => expect((await new Sender().counter().request()).method).toBe("POST"));

/** Series that share names and values. */
function alike(): Sender {
  const sender = new Sender();
  for (const method of ["GET", "POST", "PUT"]) {
    for (const status of ["200", "500"]) sender.counter(1, { method, status, handler: "/api" });
  }
  return sender;
}

describe("TestSymbolTable", () => {
  it("empty_string_at_index_zero", async () => expect((await alike().request()).symbols[0]).toBe(""));
  it("string_deduplication", async () => {
    const { symbols } = await alike().request();
    expect(new Set(symbols).size).toBe(symbols.length);
  });
  it("labels_refs_valid_indices", async () => {
    const { symbols, timeseries } = await alike().request();
    const refs = timeseries.flatMap(({ refs }) => refs);
    expect(refs.every((ref) => ref > 0 && ref < symbols.length)).toBe(true);
    // And none is there for nothing.
    expect(new Set([0, ...refs]).size).toBe(symbols.length);
  });
  it("labels_refs_even_length", async () => {
    for (const { refs } of (await alike().request()).timeseries) expect(refs.length % 2).toBe(0);
  });
});

it("TestSymbolTableEfficiency", async () => {
  const { symbols, timeseries } = await alike().request();
  const strings = timeseries.reduce((sum, { labels }) => sum + labels.length * 2, 0);
  expect(symbols.length).toBeLessThan(strings / 3);
});

describe("TestLabelValidation", () => {
  const labels = async (attributes: Attributes, name = "test.counter") => {
    const { timeseries } = await new Sender().counter(1, attributes, name).request();
    return timeseries[0]?.labels ?? [];
  };
  const wild = {
    "z.last": "1",
    "a b": "2",
    Upper: "3",
    "1digit": "4",
    é: "5",
    __reserved__: "6",
    "": "7",
    _x: "8",
  };

  it("label_lexicographic_ordering", async () => {
    const names = (await labels(wild)).map(([name]) => name);
    expect(names).toEqual([...names].sort());
  });
  it("metric_name_label_present", async () => {
    expect(await labels({})).toContainEqual(["__name__", "test_counter_total"]);
  });
  it.each(["a-b", "1a", "a b", "ü", "a.b.c", "x/y"])("metric_name_format_valid: %s", async (name) => {
    const [, value] = (await labels({}, name)).find(([label]) => label === "__name__") ?? [];
    expect(value).toMatch(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
  });
  it("label_name_format_valid", async () => {
    for (const [name] of await labels(wild)) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
  });
  it("no_duplicate_label_names", async () => {
    const names = (await labels({ "a.b": "1", a_b: "2", "a/b": "3" })).map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });
  it("label_names_not_empty", async () => {
    for (const [name] of await labels({ "": "empty" })) expect(name).not.toBe("");
  });
  it("label_values_may_be_empty", async () => {
    // To Prometheus an empty label is one that is not there: none is sent.
    expect((await labels({ empty: "" })).map(([name]) => name)).not.toContain("empty");
  });
  it("reserved_label_prefix", async () => {
    const reserved = (await labels(wild)).filter(([name]) => name.startsWith("__"));
    expect(reserved.map(([name]) => name)).toEqual(["__name__"]);
  });
  it("unicode_in_label_values", async () => {
    expect(await labels({ city: "Zürich 東京 🎉" })).toContainEqual(["city", "Zürich 東京 🎉"]);
  });
  it("special_chars_in_label_values", async () => {
    const value = 'a "quoted"\\ back\n\t/slash{}\0';
    expect(await labels({ value })).toContainEqual(["value", value]);
  });
  it("very_long_label_names", async () => {
    const name = "n".repeat(500);
    expect(await labels({ [name]: "x" })).toContainEqual([name, "x"]);
  });
  it("very_long_label_values", async () => {
    // Cut, for receivers refuse the whole request over one.
    expect(await labels({ value: "v".repeat(1000) })).toContainEqual(["value", "v".repeat(1000)]);
    expect(await labels({ value: "v".repeat(50_000) })).toContainEqual(["value", "v".repeat(1024)]);
  });
  it("many_labels_per_series", async () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`label${i}`, `${i}`]));
    expect(await labels(many)).toHaveLength(53);
  });
});

describe("TestSampleEncoding", () => {
  it.each<[string, number]>([
    ["float_value_encoding", 123.456],
    ["integer_value_encoding", 42],
    ["zero_value_encoding", 0],
    ["negative_value_encoding", -15.5],
    ["positive_infinity_encoding", Number.POSITIVE_INFINITY],
    ["negative_infinity_encoding", Number.NEGATIVE_INFINITY],
    ["nan_encoding", Number.NaN],
    ["large_float_values", 1.7976931348623157e308],
    ["small_float_values", 5e-324],
    ["scientific_notation", 1.23e-7],
    ["precision_preservation", 0.1 + 0.2],
  ])("%s", async (_, value) => expect(await new Sender().gauge(value).value("test_gauge")).toBe(value));

  it("timestamp_milliseconds_format", async () => {
    const { samples } = await new Sender().gauge(1).one("test_gauge");
    expect(new Date(samples[0]?.timestamp ?? 0).getUTCFullYear()).toBe(2023);
  });
  it("timestamp_recent", async () => {
    const sender = new Sender().gauge(1);
    const { samples } = await sender.one("test_gauge");
    expect(Math.abs((samples[0]?.timestamp ?? 0) - sender.runtime.now())).toBeLessThan(1000);
  });
  it("multiple_samples_same_series", async () => {
    const sender = new Sender().counter(5);
    const first = await sender.one("test_counter_total");
    const second = await sender.counter(3).one("test_counter_total");
    expect([first, second].map(({ samples }) => samples.map(({ value }) => value))).toEqual([[0, 5], [8]]);
    expect(second.labels).toEqual(first.labels);
  });
  it("job_instance_labels_present", async () => {
    const { labels } = await new Sender().gauge(1).one("test_gauge");
    expect(labels).toEqual([
      ["__name__", "test_gauge"],
      ["instance", "i-1"],
      ["job", "test"],
    ]);
  });
});

it("TestSampleOrdering", async () => {
  const sender = new Sender({ protocol: "1.0" }).counter();
  await sender.push();
  await sender.counter().push();
  const times = sender.requests.flatMap(
    ({ timeseries }) => timeseries[0]?.samples.map((s) => s.timestamp) ?? [],
  );
  expect(times).toHaveLength(3);
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
});

describe("TestTimestampEncoding", () => {
  it("timestamp_int64_milliseconds", async () => {
    const { samples } = await new Sender().gauge(1).one("test_gauge");
    expect(Number.isSafeInteger(samples[0]?.timestamp)).toBe(true);
  });
  it("timestamp_ordering_within_series", async () => {
    const [series] = await new Sender({ protocol: "1.0" }).counter().series("test_counter_total");
    const [zero, value] = series?.samples ?? [];
    expect(zero?.timestamp).toBeLessThan(value?.timestamp ?? 0);
  });
  it("start_timestamp_for_counters", async () => {
    const { samples, created } = await new Sender().counter().one("test_counter_total");
    const [zero, value] = samples;
    // The zero stands at the start itself.
    expect([zero?.value, zero?.start, value?.start]).toEqual([0, 0, zero?.timestamp]);
    // Receivers up to Prometheus 3.7 read it from the series.
    expect(created).toBe(value?.start);
  });
  it("start_timestamp_for_histograms", async () => {
    const sender = new Sender();
    sender.meter.createHistogram("test.histogram").record(1);
    const { timeseries } = await sender.request();
    expect(new Set(timeseries.map(({ created }) => created)).size).toBe(1);
    for (const { samples, created } of timeseries)
      expect([samples.at(-1)?.start, created > 0]).toEqual([created, true]);
  });
  it("start_timestamp_zero_handling", async () => {
    const { samples, created } = await new Sender().gauge(1).one("test_gauge");
    expect([samples[0]?.start, created]).toEqual([0, 0]);
  });
  it.each(["future_timestamp", "timestamp_future_values"])("%s", async () => {
    // The sender's clock is what a scrape's timestamps are to the original: a year ahead it is written as it is.
    const sender = new Sender().gauge(1);
    const before = sender.runtime.now();
    await sender.runtime.advance(365 * 86_400_000);
    const { samples } = await sender.one("test_gauge");
    expect((samples[0]?.timestamp ?? 0) - before).toBe(365 * 86_400_000 + 10_000);
  });
  it("timestamp_precision", async () => {
    const sender = new Sender().gauge(1);
    await sender.runtime.advance(123);
    const { samples } = await sender.one("test_gauge");
    expect((samples[0]?.timestamp ?? 0) % 1000).toBe(123);
  });
  it("start_timestamp_before_sample_timestamp", async () => {
    const sender = new Sender().counter();
    for (let i = 0; i < 3; i++) {
      const { samples } = await sender.one("test_counter_total");
      const value = samples.at(-1);
      expect(value?.start).toBeGreaterThan(0);
      expect(value?.start).toBeLessThan(value?.timestamp ?? 0);
    }
  });
});

describe("TestMetadataEncoding", () => {
  const metadata = async (sender: Sender) => {
    const { symbols, timeseries } = await sender.request();
    return timeseries.map(({ metadata: { type = 0, helpRef = 0, unitRef = 0 } = {} }) => ({
      type,
      help: symbols[helpRef],
      unit: symbols[unitRef],
    }));
  };
  const described = async (description: string, unit = "") => {
    const sender = new Sender();
    sender.meter.createCounter("test", { description, unit }).add(1);
    return (await metadata(sender))[0];
  };
  it("metadata_type_counter", async () => expect((await metadata(new Sender().counter()))[0]?.type).toBe(1));
  it("metadata_type_gauge", async () => expect((await metadata(new Sender().gauge(1)))[0]?.type).toBe(2));
  it("metadata_type_histogram", async () => {
    const sender = new Sender();
    sender.meter.createHistogram("test").record(1);
    for (const { type } of await metadata(sender)) expect(type).toBe(3);
  });
  it("metadata_help_text", async () =>
    expect((await described("Requests so far."))?.help).toBe("Requests so far."));
  it("metadata_unit", async () => expect((await described("", "By"))?.unit).toBe("bytes"));
  it("metadata_help_with_newlines", async () => expect((await described("a\nb"))?.help).toBe("a\nb"));
  it("metadata_help_with_special_chars", async () => {
    expect((await described('"\\ ü 🎉'))?.help).toBe('"\\ ü 🎉');
  });
  it("metadata_help_refs_valid", async () => {
    const { symbols, timeseries } = await alike().request();
    for (const { metadata } of timeseries) expect(metadata?.helpRef).toBeLessThan(symbols.length);
  });
  it("metadata_consistent_across_series", async () => {
    expect(new Set((await metadata(alike())).map((each) => JSON.stringify(each))).size).toBe(1);
  });
  it("metadata_empty_help_allowed", async () => expect((await described(""))?.help).toBe(""));
});
