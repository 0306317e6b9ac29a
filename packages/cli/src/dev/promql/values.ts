/** What PromQL expressions evaluate to. */
import type { Labels } from "../storage/database.ts";

export const NAME = "__name__";

/** One series at one time. */
export interface Element {
  /** With `__name__`, where it still has one. */
  readonly labels: Labels;
  readonly value: number;
}

/** The samples of one series in a range, without stale markers. */
export interface Range {
  readonly labels: Labels;
  /** Milliseconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly values: readonly number[];
}

export type Value =
  | { readonly type: "scalar"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "vector"; readonly elements: readonly Element[] }
  | {
      readonly type: "matrix";
      readonly ranges: readonly Range[];
      /** Milliseconds since the epoch: the range begins after this time, and ends with that. */
      readonly from: number;
      readonly to: number;
    };

/** A query that is wrong, or that this evaluator does not know. */
export class QueryError extends Error {}

export const scalar = (value: number): Value => ({ type: "scalar", value });
export const vector = (elements: readonly Element[]): Value => ({ type: "vector", elements });

export function elementsOf(value: Value | undefined): readonly Element[] {
  if (value?.type === "vector") return value.elements;
  throw new QueryError(`expected an instant vector, got ${value?.type ?? "nothing"}`);
}

export function numberOf(value: Value | undefined): number {
  if (value?.type === "scalar") return value.value;
  throw new QueryError(`expected a scalar, got ${value?.type ?? "nothing"}`);
}

export function textOf(value: Value | undefined): string {
  if (value?.type === "string") return value.value;
  throw new QueryError(`expected a string, got ${value?.type ?? "nothing"}`);
}

export function without(labels: Labels, ...names: readonly string[]): Labels {
  const rest: Record<string, string> = { ...labels };
  for (const name of names) delete rest[name];
  return rest;
}

/** Only these labels, in their order. */
export function only(labels: Labels, names: readonly string[]): Labels {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = labels[name];
    if (value) kept[name] = value;
  }
  return kept;
}
