/** Any attributes, numbers and bounds: what Prometheus stores is what was recorded. */
import { createPushmeter } from "@pushmeter/sdk";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { Random } from "@pushmeter/testkit/test-random";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expected, keyOf, type Recording } from "./oracle.ts";

const RUNS = 100;
const KEYS = ["job", "instance", "le", "a.b", "a_b", "__name__", "__proto__", "constructor", "1st", "", "é"];
const NUMBERS = [Number.NaN, Infinity, -Infinity, -0, 0, 2 ** 53 + 2, 5e-324, 1.7976931348623157e308];

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constant("\ud800"),
  fc.constant("x".repeat(3000)),
);
const number = fc.oneof(fc.double(), fc.constantFrom(...NUMBERS));
const attributes = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...KEYS), text),
      fc.oneof(text, fc.double(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 })),
    ),
    { maxLength: 5 },
  )
  .map((entries) => Object.fromEntries(entries));
const recording: fc.Arbitrary<Recording> = fc.record({
  kind: fc.constantFrom("counter", "gauge", "histogram"),
  attributes,
  value: number,
});
const bounds = fc
  .uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), {
    comparator: "SameValueZero",
    maxLength: 8,
  })
  .map((values) => values.sort((a, b) => a - b));

/** Without the reports of values that are dropped: negative numbers and NaN are among those that are recorded. */
function unexpected(errors: readonly unknown[]): unknown[] {
  return errors.filter((error) => !/is left out \(value\): (NaN|-)/.test(String(error)));
}

describeWithServers("whatever is recorded", (servers) => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(servers.prometheus, { args: ["--enable-feature=native-histograms"] });
  });
  afterAll(() => prometheus.stop());

  it.each(["auto", "1.0"] as const)("arrives as it is, protocol %s", async (protocol) => {
    const { seed } = new Random();
    let run = 0;
    const property = fc.asyncProperty(
      fc.array(recording, { minLength: 1, maxLength: 10 }),
      bounds,
      async (recordings, bounds) => {
        const service = `${protocol} ${++run}`;
        const errors: unknown[] = [];
        const { meter, flush } = started(service, errors);
        const counter = meter.createCounter("fuzz.counter");
        const gauge = meter.createGauge("fuzz.gauge");
        const histogram = meter.createHistogram("fuzz.histogram", {
          advice: { explicitBucketBoundaries: bounds },
        });
        for (const { kind, attributes, value } of recordings) {
          if (kind === "counter") counter.add(value, attributes);
          else if (kind === "gauge") gauge.record(value, attributes);
          else histogram.record(value, attributes);
        }
        expect([await flush(), unexpected(errors)]).toEqual([true, []]);
        await compare(service, recordings, bounds);
      },
    );
    await fc.assert(property, { seed, numRuns: RUNS });

    function started(service: string, errors: unknown[]) {
      const pushmeter = createPushmeter({
        service,
        push: remoteWrite({ url: prometheus.writeUrl, protocol }),
        onError: (error) => errors.push(error),
      });
      return { meter: pushmeter.meter, flush: () => pushmeter.flush() };
    }
  });

  it.each(["auto", "1.0"] as const)("arrives as native histograms, protocol %s", async (protocol) => {
    const { seed } = new Random();
    let run = 0;
    // Far apart and close together; in one push and in several.
    const values = fc.array(
      fc.oneof(number, fc.double({ min: 0.9, max: 1.1 }), fc.constantFrom(0.25, 1, 8)),
      {
        maxLength: 300,
      },
    );
    const property = fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 3 }), async (pushes) => {
      const service = `native ${protocol} ${++run}`;
      const errors: unknown[] = [];
      const pushmeter = createPushmeter({
        service,
        push: remoteWrite({ url: prometheus.writeUrl, protocol, histograms: nativeHistograms() }),
        onError: (error) => errors.push(error),
      });
      const histogram = pushmeter.meter.createHistogram("fuzz.native");
      const recorded: number[] = [];
      for (const values of pushes) {
        for (const value of values) {
          histogram.record(value);
          if (Number.isFinite(value) && value >= 0) recorded.push(value);
        }
        expect([await pushmeter.flush(), unexpected(errors)]).toEqual([true, []]);
      }
      // Pushes of one millisecond are a millisecond apart.
      const [stored] = await prometheus.queryHistograms(`fuzz_native{job="${service}"}`, Date.now() + 1000);
      expect(stored?.count ?? 0).toBe(recorded.length);
      if (!stored) return;
      const sum = recorded.reduce((a, b) => a + b, 0);
      expect(Math.abs(stored.sum - sum)).not.toBeGreaterThan(sum * 1e-12);
      let counted = 0;
      for (const { lower, upper, count } of stored.buckets) {
        counted += count;
        const between = (low: number, high: number) =>
          recorded.filter((value) => (lower === upper ? value === 0 : value > low && value <= high)).length;
        // Bounds are powers of roots of two: the last digit of a double may fall on either side.
        expect(count).toBeGreaterThanOrEqual(between(lower * (1 + 1e-12), upper * (1 - 1e-12)));
        expect(count).toBeLessThanOrEqual(between(lower * (1 - 1e-12), upper * (1 + 1e-12)));
      }
      expect(counted).toBe(recorded.length);
    });
    await fc.assert(property, { seed, numRuns: RUNS / 2 });
  });

  async function compare(service: string, recordings: readonly Recording[], bounds: readonly number[]) {
    const stored = async (name: string) =>
      (await prometheus.query(`${name}{job="${service}"}`)).map(({ labels, value }) => {
        const { __name__, job, instance, le, ...own } = labels;
        return { own, le: Number(le?.replace("Inf", "Infinity")), value };
      });
    const tallies = expected(recordings);
    const of = (kind: string) => new Map([...tallies].filter(([key]) => key.startsWith(`["${kind}"`)));
    for (const [kind, name] of [
      ["counter", "fuzz_counter_total"],
      ["gauge", "fuzz_gauge"],
      ["histogram", "fuzz_histogram_sum"],
    ] as const) {
      // Where an instrument takes negative values OpenTelemetry may leave the sum out; it does not here.
      const found = (await stored(name)).map(({ own, value }) => [keyOf(kind, own), value] as const);
      const wanted = Array.from(of(kind), ([key, { value }]) => [key, value] as const);
      expect(new Map(found)).toEqual(new Map(wanted));
    }
    for (const { own, le, value } of await stored("fuzz_histogram_bucket")) {
      const values = tallies.get(keyOf("histogram", own))?.values ?? [];
      expect([le, value]).toEqual([le, values.filter((each) => each <= le).length]);
    }
    const buckets = await stored("fuzz_histogram_bucket");
    expect(buckets).toHaveLength(of("histogram").size * (bounds.length + 1));
  }
});
