/** What a test's pushmeter has recorded since the last reset, as Prometheus would store it. */
import type { Histogram, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { createDestination, type Destination } from "../destination.ts";
import { DELTA } from "../enumerations.ts";
import { add, type Value } from "../histogram.ts";
import { seriesOf } from "../prometheus/series.ts";
import { type Family, type Point, translate } from "../prometheus/translate.ts";
import { hasLabels, type TestSeries, type WantedLabels } from "./test-series.ts";

/** Adds up deltas. A gauge that is not recorded again after a reset is not there. */
export class Gathered {
  readonly #families = new Map<string, Family>();

  /** Takes what `flush` pushes. */
  readonly destination: Destination = createDestination({
    temporality: DELTA,
    push: async (metrics) => {
      this.add(metrics);
      return { code: 0 };
    },
  });

  add(metrics: ResourceMetrics): void {
    for (const family of translate(metrics).families) {
      const known = this.#families.get(family.name) ?? { ...family, points: new Map<string, Point>() };
      this.#families.set(family.name, known);
      for (const [key, point] of family.points) {
        const before = family.addsUp ? known.points.get(key) : undefined;
        known.points.set(key, before ? { ...point, value: sumOf(before.value, point.value) } : point);
      }
    }
  }

  clear(): void {
    this.#families.clear();
  }

  series(): TestSeries[] {
    return Array.from(seriesOf([...this.#families.values()]), ({ name, labels, le, value }) => ({
      name,
      labels: le ? { ...labels, le } : labels,
      // Without native histograms, which `translate` was not asked for, each value is a number.
      value: Number(value),
    }));
  }

  /** The sum of a histogram's label sets that have these labels; undefined if there is none. */
  histogram(name: string, labels?: WantedLabels): Histogram | undefined {
    const family = this.#families.get(name);
    if (family?.type !== "histogram") return undefined;
    const points = [...family.points.values()].filter((point) => hasLabels(point.labels, labels));
    return points
      .map(({ value }) => value)
      .reduce<Value | undefined>(
        (sum, value) => (sum === undefined ? value : sumOf(sum, value)),
        undefined,
      ) as Histogram | undefined;
  }
}

/** All histograms of one name have the same bounds: `translate` lets no others pass. */
function sumOf(a: Value, b: Value): Value {
  return add(a, b) ?? b;
}
