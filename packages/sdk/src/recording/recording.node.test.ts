/** The built-in instruments beside the OpenTelemetry SDK: the same recordings make the same data. */
import type { Attributes } from "@opentelemetry/api";
import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
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
}

/** Per metric and attribute set the value, without times and what Prometheus has no place for. */
function pointsOf({ scopeMetrics }: ResourceMetrics): Record<string, unknown> {
  const points: [string, unknown][] = [];
  for (const { descriptor, dataPoints } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
    if (!BUILT_IN.includes(descriptor.name)) continue;
    for (const { attributes, value } of dataPoints) {
      const {
        min: _,
        max: __,
        ...rest
      }: Record<string, unknown> = typeof value === "number"
        ? { sum: value }
        : // Summands in another order round differently.
          { ...value, sum: Number(value.sum?.toFixed(9)) };
      // Pushmeter's exponential histograms have Prometheus's scales, so that their buckets differ.
      const { scale, positive, negative, ...comparable } = rest;
      const key = `${descriptor.name} ${JSON.stringify(Object.entries(attributes).sort())}`;
      points.push([key, scale === undefined ? rest : comparable]);
    }
  }
  return Object.fromEntries(points.sort());
}

describe("the built-in instruments", () => {
  it.each([
    ["totals", CUMULATIVE, { type: AggregationType.DEFAULT }],
    ["deltas", DELTA, { type: AggregationType.DEFAULT }],
    ["totals in exponential buckets", CUMULATIVE, { type: AggregationType.EXPONENTIAL_HISTOGRAM }],
    ["deltas in exponential buckets", DELTA, { type: AggregationType.EXPONENTIAL_HISTOGRAM }],
  ] as const)(
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
    expect(overflow?.[1]).toMatchObject({ count: 5_000 - (CARDINALITY_LIMIT - 1) });
  });
});
