/** Reads in a test what a pushmeter records, without a push. */
import { type Collect, type Recorder, recorderOf } from "../adapter/recorder.ts";
import type { Pushmeter } from "../pushmeter-types.ts";
import { resourceOf } from "../resource.ts";
import { CountError, count, sum } from "./counted.ts";
import { Gathered } from "./gathered.ts";
import { type TestHistogram, testHistogram } from "./test-histogram.ts";
import { hasLabels, linesOf, type TestSeries, type WantedLabels, withoutBuckets } from "./test-series.ts";

/**
 * What a pushmeter has recorded since the last reset, with the names and labels that Prometheus would receive. `job` and
 * `instance` are left out.
 */
export interface TestMeter {
  /** The sum of the series of this name that have these labels; 0 if there is none. */
  total(name: string, labels?: WantedLabels): Promise<number>;

  /** By how much `total` grows while `action` runs. Rejects with what `action` throws. */
  increase(name: string, labels: WantedLabels, action: () => unknown): Promise<number>;

  /**
   * The label sets of this histogram that have these labels, added up.
   *
   * @param name - without `_count`, `_sum` or `_bucket`.
   */
  histogram(name: string, labels?: WantedLabels): Promise<TestHistogram>;

  /** Every series of this name, or of all names, that has these labels. */
  series(name?: string, labels?: WantedLabels): Promise<TestSeries[]>;

  /** All series, a line each, for messages. Of a histogram the count and the sum. */
  list(): Promise<string[]>;

  /**
   * Rejects, with a list of what was recorded, unless `total` is `expected`.
   *
   * @param expected - default: anything but zero.
   */
  assertCounted(name: string, labels?: WantedLabels, expected?: number): Promise<void>;

  /** Begins anew: counters and histograms at zero, without gauges until they are recorded again. */
  reset(): Promise<void>;
}

/** By recorder, because each collection takes what the one before has not. */
const METERS = new WeakMap<object, Reader>();

/**
 * Reads what a pushmeter records, in any test runner and on any runtime. From the call on the pushmeter waits for nothing, opens
 * no connection and pushes nothing; `flush()` returns true at once. That cannot be undone. The same pushmeter has
 * the same meter.
 *
 * @example
 * ```ts
 * const meter = testMeter(pushmeter);
 * beforeEach(() => meter.reset());
 *
 * it("counts logins", async () => {
 *   await login("ada");
 *   expect(await meter.total("app_logins_total", { result: "success" })).toBe(1);
 * });
 * ```
 * @throws TypeError if `pushmeter` is not what `createPushmeter` returned.
 */
export function testMeter(pushmeter: Pushmeter): TestMeter {
  const recorder = recorderOf(pushmeter);
  const known = METERS.get(recorder);
  if (known) return known;
  const meter = new Reader(recorder.pushTo);
  METERS.set(recorder, meter);
  // Those of a tail Worker would push.
  recorder.ofService = () => pushmeter;
  return meter;
}

class Reader implements TestMeter {
  readonly #gathered = new Gathered();
  readonly #collect: Collect;

  constructor(pushTo: Recorder["pushTo"]) {
    this.#collect = pushTo(this.#gathered.destination);
  }

  async total(name: string, labels?: WantedLabels): Promise<number> {
    return sum(await this.series(name, labels));
  }

  async increase(name: string, labels: WantedLabels, action: () => unknown): Promise<number> {
    const before = await this.total(name, labels);
    await action();
    return (await this.total(name, labels)) - before;
  }

  async histogram(name: string, labels?: WantedLabels): Promise<TestHistogram> {
    await this.#gather();
    return testHistogram(this.#gathered.histogram(name, labels));
  }

  async series(name?: string, labels?: WantedLabels): Promise<TestSeries[]> {
    await this.#gather();
    return this.#gathered
      .series()
      .filter((each) => (name === undefined || each.name === name) && hasLabels(each.labels, labels));
  }

  async list(): Promise<string[]> {
    return linesOf(withoutBuckets(await this.series()));
  }

  async assertCounted(name: string, labels?: WantedLabels, expected?: number): Promise<void> {
    const result = count(await this.series(), { name, labels, value: expected });
    if (!result.pass) throw new CountError(result, expected);
  }

  async reset(): Promise<void> {
    await this.#gather();
    this.#gathered.clear();
  }

  async #gather(): Promise<void> {
    this.#gathered.add(await this.#collect({ resource: resourceOf({}), labels: {} }));
  }
}
