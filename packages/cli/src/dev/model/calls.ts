/** Calls by what was called: how many, how they ended, how long they took. */
import type { Buckets } from "./quantile.ts";
import { FAILURES, OUTCOMES, type Outcome } from "./roles.ts";
import { Seconds } from "./seconds.ts";

/** Rows; further ones add up in one. */
const MOST = 300;
const REST = "(all others)";

export interface Call {
  readonly name: string;
  readonly outcomes: Map<Outcome, number>;
  readonly buckets: Map<number, number>;
  readonly seconds: Seconds;
}

export class Calls {
  readonly #calls = new Map<string, Call>();
  readonly #outcomes = new Map(OUTCOMES.map((outcome) => [outcome, new Seconds()]));
  /** By metric and upper bound. */
  readonly #latency = new Map<string, Map<number, Seconds>>();
  readonly #totals = new Map<string, number>();

  count(metric: string, name: string, outcome: Outcome, amount: number, from: number, to: number): void {
    const call = this.#call(name);
    increase(call.outcomes, outcome, amount);
    increase(this.#totals, metric, amount);
    call.seconds.add(amount, from, to);
    this.#outcomes.get(outcome)?.add(amount, from, to);
  }

  observe(metric: string, name: string, bound: number, amount: number, from: number, to: number): void {
    increase(this.#call(name).buckets, bound, amount);
    const bounds = this.#latency.get(metric) ?? new Map<number, Seconds>();
    this.#latency.set(metric, bounds);
    const seconds = bounds.get(bound) ?? new Seconds();
    bounds.set(bound, seconds);
    seconds.add(amount, from, to);
  }

  /** Those with the most calls first. */
  rows(): Call[] {
    return [...this.#calls.values()].sort((a, b) => totalOf(b) - totalOf(a));
  }

  get total(): number {
    return sum(this.#totals.values());
  }

  get failed(): number {
    return sum([...this.#calls.values()].map(failedOf));
  }

  /** Calls of one outcome in so many seconds that end with this one. */
  ended(outcome: Outcome, last: number, count: number): number {
    return this.#outcomes.get(outcome)?.sum(last, count) ?? 0;
  }

  /** The latencies of so many seconds, of the metric that has the most calls: bounds of two do not mix. */
  latency(last: number, count: number): Buckets {
    const [[metric] = [""]] = [...this.#totals].sort(([, a], [, b]) => b - a);
    const bounds = this.#latency.get(metric) ?? [];
    return new Map(Array.from(bounds, ([bound, seconds]) => [bound, seconds.sum(last, count)]));
  }

  #call(name: string): Call {
    const known = this.#calls.get(name);
    if (known) return known;
    const kept = this.#calls.size < MOST ? name : REST;
    const call = this.#calls.get(kept) ?? {
      name: kept,
      outcomes: new Map(),
      buckets: new Map(),
      seconds: new Seconds(),
    };
    this.#calls.set(kept, call);
    return call;
  }
}

export function totalOf({ outcomes }: Call): number {
  return sum(outcomes.values());
}

export function failedOf({ outcomes }: Call): number {
  return sum(FAILURES.map((outcome) => outcomes.get(outcome) ?? 0));
}

export function increase<Key>(totals: Map<Key, number>, key: Key, amount: number): void {
  totals.set(key, (totals.get(key) ?? 0) + amount);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
