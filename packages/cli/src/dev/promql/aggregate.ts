/** `sum by (…) (…)` and its like. */
import { keyOf } from "@pushmeter/sdk/prometheus";
import type { Labels } from "../storage/database.ts";
import { quantileOf } from "./over-time.ts";
import { type Element, NAME, numberOf, only, QueryError, textOf, type Value, without } from "./values.ts";

export interface Grouping {
  readonly labels: readonly string[];
  /** All labels but these. */
  readonly isWithout: boolean;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const variance = (values: readonly number[]) => {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
};

const OPERATORS: Readonly<
  Record<string, (values: readonly number[], parameter: Value | undefined) => number>
> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  group: () => 1,
  stdvar: variance,
  stddev: (values) => Math.sqrt(variance(values)),
  quantile: (values, parameter) => quantileOf(numberOf(parameter), values),
};

export function aggregate(
  operator: string,
  grouping: Grouping,
  parameter: Value | undefined,
  elements: readonly Element[],
): Element[] {
  const groups = new Map<string, { labels: Labels; elements: Element[] }>();
  for (const element of elements) {
    const labels = groupLabels(element.labels, grouping);
    const key = keyOf(labels);
    const group = groups.get(key) ?? { labels, elements: [] };
    groups.set(key, group);
    group.elements.push(element);
  }
  return [...groups.values()].flatMap(({ labels, elements }) => {
    if (operator === "topk" || operator === "bottomk") {
      const sign = operator === "topk" ? -1 : 1;
      const sorted = [...elements].sort((a, b) => sign * (a.value - b.value));
      return sorted.slice(0, Math.max(0, Math.trunc(numberOf(parameter))));
    }
    if (operator === "count_values") {
      const counts = Map.groupBy(elements, ({ value }) => `${value}`);
      const name = textOf(parameter);
      return Array.from(counts, ([value, same]) => ({
        labels: { ...labels, [name]: value },
        value: same.length,
      }));
    }
    const compute = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
    if (!compute) throw new QueryError(`pushmeter dev does not know the aggregation ${operator}`);
    return [
      {
        labels,
        value: compute(
          elements.map(({ value }) => value),
          parameter,
        ),
      },
    ];
  });
}

function groupLabels(labels: Labels, { labels: names, isWithout }: Grouping): Labels {
  return isWithout ? without(labels, NAME, ...names) : only(labels, names);
}
