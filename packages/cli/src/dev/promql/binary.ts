/** Operators between two values, and how the series of two vectors find each other. */
import { keyOf } from "@pushmeter/sdk/prometheus";
import type { Labels } from "../storage/database.ts";
import {
  type Element,
  elementsOf,
  NAME,
  only,
  QueryError,
  scalar,
  type Value,
  vector,
  without,
} from "./values.ts";

export interface Matching {
  readonly labels: readonly string[];
  /** Only these labels; else all but these. */
  readonly isOn: boolean;
  /** The side of which several match one of the other. */
  readonly many: "left" | "right" | undefined;
  /** Labels that the many take from the one. */
  readonly include: readonly string[];
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
  atan2: Math.atan2,
};
const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

export function binary(
  operator: string,
  left: Value,
  right: Value,
  matching: Matching,
  isBool: boolean,
): Value {
  if (operator === "and" || operator === "or" || operator === "unless") {
    return vector(setOperation(operator, elementsOf(left), elementsOf(right), matching));
  }
  const compute = computation(operator, isBool);
  const isComparison = operator in COMPARISONS;
  // A comparison that filters keeps the name.
  const kept = (labels: Labels) => (isComparison && !isBool ? labels : without(labels, NAME));
  if (left.type === "scalar" && right.type === "scalar") {
    if (isComparison && !isBool)
      throw new QueryError("comparisons between scalars must use the bool modifier");
    return scalar(compute(left.value, right.value) ?? 0);
  }
  const results = (elements: readonly Element[], value: (element: Element) => number | undefined) =>
    vector(
      elements.flatMap((element) => {
        const result = value(element);
        return result === undefined ? [] : [{ labels: kept(element.labels), value: result }];
      }),
    );
  if (right.type === "scalar") return results(elementsOf(left), ({ value }) => compute(value, right.value));
  if (left.type === "scalar") {
    return results(elementsOf(right), ({ value }) => {
      const result = compute(left.value, value);
      // What passes the filter is the vector's value.
      return isComparison && !isBool && result !== undefined ? value : result;
    });
  }
  return vector(pairs(elementsOf(left), elementsOf(right), matching, compute, kept));
}

/** Undefined: filtered out. */
function computation(operator: string, isBool: boolean): (a: number, b: number) => number | undefined {
  const arithmetic = ARITHMETIC[operator];
  if (arithmetic) return arithmetic;
  const compare = COMPARISONS[operator];
  if (!compare) throw new QueryError(`pushmeter dev does not know the operator ${operator}`);
  return isBool ? (a, b) => (compare(a, b) ? 1 : 0) : (a, b) => (compare(a, b) ? a : undefined);
}

function pairs(
  left: readonly Element[],
  right: readonly Element[],
  matching: Matching,
  compute: (a: number, b: number) => number | undefined,
  kept: (labels: Labels) => Labels,
): Element[] {
  const { many, include, isOn, labels: names } = matching;
  const isSwapped = many === "right";
  const [manySide, oneSide] = isSwapped ? [right, left] : [left, right];
  const ones = new Map<string, Element>();
  for (const one of oneSide) {
    const key = matchKey(one.labels, matching);
    if (ones.has(key))
      throw new QueryError(
        "found duplicate series for the match group: many-to-many matching is not allowed",
      );
    ones.set(key, one);
  }
  const seen = new Set<string>();
  return manySide.flatMap((each) => {
    const key = matchKey(each.labels, matching);
    const one = ones.get(key);
    if (!one) return [];
    if (!many && seen.has(key))
      throw new QueryError(
        "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
      );
    seen.add(key);
    const result = isSwapped ? compute(one.value, each.value) : compute(each.value, one.value);
    if (result === undefined) return [];
    const base = many || !isOn ? kept(each.labels) : only(each.labels, names);
    const labels = many
      ? { ...without(base, ...include), ...only(one.labels, include) }
      : isOn
        ? base
        : without(base, ...names);
    return [{ labels, value: result }];
  });
}

function setOperation(
  operator: "and" | "or" | "unless",
  left: readonly Element[],
  right: readonly Element[],
  matching: Matching,
): Element[] {
  const keysOf = (elements: readonly Element[]) =>
    new Set(elements.map(({ labels }) => matchKey(labels, matching)));
  if (operator === "or") {
    const keys = keysOf(left);
    return [...left, ...right.filter(({ labels }) => !keys.has(matchKey(labels, matching)))];
  }
  const keys = keysOf(right);
  return left.filter(({ labels }) => keys.has(matchKey(labels, matching)) === (operator === "and"));
}

function matchKey(labels: Labels, { labels: names, isOn }: Matching): string {
  return keyOf(isOn ? only(labels, names) : without(labels, NAME, ...names));
}
