/** Pushmeter's recording beside the OpenTelemetry SDK's: the same recordings make the same data. */
import { type Attributes, type Meter, ValueType } from "@opentelemetry/api";
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  type ExponentialHistogram,
  InMemoryMetricExporter,
  InstrumentType,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { SeededRandom } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { recorderOf } from "../adapter/index.ts";
import { CARDINALITY_LIMIT } from "../cardinality.ts";
import { createPushmeter } from "../index.ts";
import { addExponential } from "../native-histograms/exponential.ts";
import { nativeHistograms } from "../native-histograms/index.ts";
import { withOutcome } from "../outcome.ts";
import { requestAttributes } from "../request-attributes.ts";
import { FakeRuntime } from "../testing/index.ts";

const { CUMULATIVE, DELTA } = AggregationTemporality;
const DURATION = {
  unit: "s",
  advice: {
    explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
};
const BUILT_IN = ["http.server.request.duration", "faas.invoke_duration", "faas.coldstarts"];
const SEED = Math.floor(Math.random() * 2 ** 31);
console.info(`seed ${SEED}`);
const { next: random, pick } = new SeededRandom(SEED);

class OracleReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Takes totals or deltas, of one kind of histograms. */
class Exporter extends InMemoryMetricExporter {
  readonly native = nativeHistograms();
  readonly #aggregation: AggregationOption;

  constructor(temporality: AggregationTemporality, aggregation: AggregationOption) {
    super(temporality);
    this.#aggregation = aggregation;
  }

  selectAggregation(type: InstrumentType): AggregationOption {
    return type === InstrumentType.HISTOGRAM ? this.#aggregation : { type: AggregationType.DEFAULT };
  }
}

/** Pushes only when it is told to. */
const platform = () => ({ waitUntil: () => {}, adapterFlushes: true });

/** One instance that records everything twice. */
class Pair {
  readonly runtime = new FakeRuntime();
  /** Pushmeter's, and the OpenTelemetry SDK's. */
  readonly meters: readonly [Meter, Meter];
  readonly #exporter: Exporter;
  readonly #pushmeter;
  readonly #reader: OracleReader;
  readonly #oracle;

  constructor(temporality: AggregationTemporality, aggregation: AggregationOption) {
    this.#exporter = new Exporter(temporality, aggregation);
    this.#pushmeter = createPushmeter({ push: this.#exporter }, this.runtime);
    this.#reader = new OracleReader({
      aggregationSelector: (type) => this.#exporter.selectAggregation(type),
      aggregationTemporalitySelector: () => temporality,
    });
    const meter = new MeterProvider({ readers: [this.#reader] }).getMeter("oracle");
    this.meters = [this.#pushmeter.meter, meter];
    this.#oracle = {
      request: meter.createHistogram("http.server.request.duration", DURATION),
      invoke: meter.createHistogram("faas.invoke_duration", DURATION),
      coldstarts: meter.createCounter("faas.coldstarts"),
    };
    this.#oracle.coldstarts.add(1, { "faas.trigger": "http" });
  }

  async request(ms: number, url: string, route: string | undefined, status: number, custom?: Attributes) {
    const recorder = recorderOf(this.#pushmeter);
    const thrown = status === 500 ? { error: new TypeError("x") } : undefined;
    const invocation = recorder.begin("http", platform, {});
    if (!invocation) throw new Error("not recorded");
    const started = this.runtime.monotonic();
    if (ms) await this.runtime.advance(ms);
    invocation.route = route;
    const request = { method: "GET", url };
    recorder.endHttp(invocation, request, { status, thrown }, platform, custom);
    const attributes = requestAttributes({ ...request, route, status, thrown }, custom);
    this.#oracle.request.record((this.runtime.monotonic() - started) / 1000, attributes);
  }

  async invoke(ms: number, custom: Attributes) {
    const recorder = recorderOf(this.#pushmeter);
    const invocation = recorder.begin("timer", platform, {});
    if (!invocation) throw new Error("not recorded");
    const started = this.runtime.monotonic();
    if (ms) await this.runtime.advance(ms);
    recorder.endFaas(invocation, "timer", {}, platform, custom);
    const attributes = withOutcome({ ...custom, "faas.trigger": "timer" }, {});
    this.#oracle.invoke.record((this.runtime.monotonic() - started) / 1000, attributes);
  }

  /** What the exporter was given last, and what the oracle says. */
  async collect() {
    expect(await this.runtime.until(this.#pushmeter.flush())).toBe(true);
    const { resourceMetrics } = await this.#reader.collect();
    const exported = this.#exporter.getMetrics().at(-1);
    return [pointsOf(exported as ResourceMetrics), pointsOf(resourceMetrics)];
  }

  /** The only value of a metric, of both. */
  async histograms(name: string) {
    await this.runtime.until(this.#pushmeter.flush());
    const { resourceMetrics } = await this.#reader.collect();
    return [this.#exporter.getMetrics().at(-1) as ResourceMetrics, resourceMetrics].map(
      ({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics).find(({ descriptor }) => descriptor.name === name)
          ?.dataPoints[0]?.value,
    );
  }
}

/** By metric and set of attributes what is known of them, without times, minimum and maximum. */
function pointsOf({ scopeMetrics }: ResourceMetrics): Record<string, unknown> {
  const points: [string, unknown][] = [];
  for (const { descriptor, dataPoints, ...data } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    const { advice: _, ...known } = descriptor as typeof descriptor & { advice?: object; type: string };
    // Pushes are pushmeter's alone, and what is built in has descriptions.
    if (known.name.startsWith("pushmeter.")) continue;
    if (BUILT_IN.includes(known.name)) Object.assign(known, { description: "", unit: "" });
    for (const { attributes, value } of dataPoints) {
      const key = `${known.name} ${known.type} ${JSON.stringify(Object.entries(attributes).sort())}`;
      points.push([key, { ...data, ...known, value: comparable(value) }]);
    }
  }
  return Object.fromEntries(points.sort());
}

/** Summands in another order round differently. */
const rounded = (sum: number | undefined) => Number(sum?.toFixed(6));

function comparable(value: DataPoint["value"]): unknown {
  if (typeof value === "number") return rounded(value);
  if ("scale" in value) {
    const exponential = { ...atScale(value, COMMON_SCALE), zeroCount: value.zeroCount };
    return { ...exponential, sum: rounded(value.sum) };
  }
  const { count, sum, buckets } = value;
  return { count, sum: rounded(sum), buckets };
}

type DataPoint = ResourceMetrics["scopeMetrics"][0]["metrics"][0]["dataPoints"][0];

/** The SDK's own, as soon as it adds a delta that holds zeros only. */
const COMMON_SCALE = 0;

function atScale(value: ExponentialHistogram, scale: number): ExponentialHistogram {
  const none = { offset: 0, bucketCounts: [] };
  const empty = { count: 0, sum: 0, zeroCount: 0, positive: none, negative: none };
  return { ...addExponential(value, { ...empty, scale }), scale };
}

const WANTED = [
  ["totals", CUMULATIVE, { type: AggregationType.DEFAULT }],
  ["deltas", DELTA, { type: AggregationType.DEFAULT }],
  ["totals in exponential buckets", CUMULATIVE, { type: AggregationType.EXPONENTIAL_HISTOGRAM }],
  ["deltas in exponential buckets", DELTA, { type: AggregationType.EXPONENTIAL_HISTOGRAM }],
] as const;

describe("the built-in instruments", () => {
  it.each(WANTED)(
    "give what the OpenTelemetry SDK gives for the same recordings: %s",
    async (_, temporality, aggregation) => {
      const pair = new Pair(temporality, aggregation as AggregationOption);
      const durations = [0, 1, 5, 10, 40, 100, 101, 999, 9_999, 10_000, 60_000];
      for (let push = 0; push < 8; push++) {
        await pair.request(pick(durations), "http://x/", "/always", 200);
        for (let i = 0; i < 40; i++) {
          const custom = random() < 0.2 ? { tenant: pick(["a", "b"]), outcome: "spoofed" } : undefined;
          const route = pick(["/a", "/b", undefined]);
          const url = pick(["https://x/", "http://x/"]);
          await pair.request(pick(durations), url, route, pick([200, 204, 404, 500, 503]), custom);
          if (random() < 0.2) await pair.invoke(pick(durations), { "faas.cron": pick(["1", "2"]) });
        }
        const [pushed, expected] = await pair.collect();
        expect(pushed).toEqual(expected);
      }
    },
  );

  it("hold 2,000 attribute sets over all pushes, and count the rest as overflow", async () => {
    const pair = new Pair(CUMULATIVE, { type: AggregationType.DEFAULT });
    let pushed: Record<string, unknown> | undefined = {};
    for (let i = 0; i < 5_000; i++) {
      await pair.request(0, "http://x/", `/${i}`, 200, i % 2 ? { user: i } : undefined);
      if (i % 1_000 === 999) [pushed] = await pair.collect();
    }
    const requests = Object.entries(pushed ?? {}).filter(([key]) => key.startsWith("http"));
    expect(requests).toHaveLength(CARDINALITY_LIMIT);
    const overflow = requests.find(([key]) => key.includes("otel.metric.overflow"));
    expect(overflow?.[1]).toMatchObject({ value: { count: 5_000 - (CARDINALITY_LIMIT - 1) } });
  });
});

/** What a user may do with a meter, and a step of doing it. */
class User {
  readonly #meter;
  readonly #counter;
  readonly #upDown;
  readonly #histogram;
  readonly #byteHistogram;
  readonly #gauge;
  /** What callbacks observe next, by queue. */
  observed: Record<string, number> = {};

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#counter = meter.createCounter("logins", { unit: "{login}", description: "Logins." });
    this.#upDown = meter.createUpDownCounter("open", { valueType: ValueType.INT });
    // One name, another kind.
    this.#histogram = meter.createHistogram("logins");
    this.#byteHistogram = meter.createHistogram("size", {
      unit: "By",
      advice: { explicitBucketBoundaries: [1000, 1, 10, 100, Infinity] },
    });
    this.#gauge = meter.createGauge("seats", { description: "Free." });
    const [read, backlog] = [
      meter.createObservableCounter("read"),
      meter.createObservableUpDownCounter("backlog"),
    ];
    const age = meter.createObservableGauge("age", { unit: "s" });
    read.addCallback((result) => {
      for (const [queue, value] of Object.entries(this.observed)) result.observe(value, { queue });
    });
    meter.addBatchObservableCallback(
      async (result) => {
        for (const [queue, value] of Object.entries(this.observed)) {
          result.observe(backlog, 500 - value, { queue });
          result.observe(age, value / 7, { queue });
        }
      },
      [backlog, age],
    );
  }

  /** @param kind - which instrument. */
  step(kind: number, value: number, attributes: Attributes): void {
    if (kind === 0) this.#counter.add(value, attributes);
    else if (kind === 1) this.#upDown.add(value - 400, attributes);
    else if (kind === 2) this.#histogram.record(value, attributes);
    else if (kind === 3) this.#byteHistogram.record(value, attributes);
    else if (kind === 4) this.#gauge.record(value - 400, attributes);
    // The same as the first one, and a longer description of it.
    else
      this.#meter.createCounter("logins", { unit: "{login}", description: "All logins." }).add(1, attributes);
  }
}

describe("the user's instruments", () => {
  it.each(WANTED)(
    "give what the OpenTelemetry SDK gives for the same recordings: %s",
    async (_, temporality, aggregation) => {
      const pair = new Pair(temporality, aggregation as AggregationOption);
      const users = pair.meters.map((meter) => new User(meter));
      const values = [0, 0.001, 0.5, 1, 1.5, 9.99, 10, 64, 100, 333, 999, 1000, 1001, 54_321];
      await pair.request(1, "http://x/", "/", 200);
      for (let push = 0; push < 12; push++) {
        for (let i = 0; i < 60; i++) {
          const [kind, value] = [Math.floor(random() * 6), random() < 0.5 ? pick(values) : random() * 1000];
          const attributes = pick([
            {},
            { a: 1 },
            { a: "1" },
            { b: true, a: 1 },
            { a: 1, b: true },
            { list: ["x"] },
          ]);
          for (const user of users) user.step(kind, value, attributes);
        }
        // A queue that is emptied begins anew.
        const observed = { orders: random() < 0.2 ? 3 : push * 100 + 5, mails: push * 7 };
        for (const user of users) user.observed = observed;
        await pair.request(1, "http://x/", "/", 200);
        const [pushed, expected] = await pair.collect();
        expect(pushed).toEqual(expected);
      }
    },
  );

  it.each([5e-324, 1e-300, 1e-6, 1, 1e9, 1e300])(
    "have as fine exponential buckets as the SDK's and Prometheus allow, from %d on",
    async (smallest) => {
      for (const octaves of [0.1, 0.6, 1, 3, 10, 50, 400]) {
        const pair = new Pair(CUMULATIVE, { type: AggregationType.EXPONENTIAL_HISTOGRAM });
        const histograms = pair.meters.map((meter) => meter.createHistogram("size"));
        for (let i = 0; i < 300; i++) {
          const value = smallest * 2 ** (random() * octaves);
          for (const histogram of histograms) histogram.record(Math.min(value, Number.MAX_VALUE));
        }
        const [own, oracle] = (await pair.histograms("size")) as [ExponentialHistogram, ExponentialHistogram];
        const { scale, positive } = addExponential(oracle);
        expect({ scale: own.scale, positive: own.positive }).toEqual({ scale, positive });
      }
    },
  );
});
