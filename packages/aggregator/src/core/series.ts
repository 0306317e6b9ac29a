/** One Prometheus series, or those of one histogram: a total over all senders, and how points change it. */
import type { Labels } from "@pushmeter/sdk/prometheus";
import type { Point, Value } from "./model.ts";
import { add, isBuckets, isZero, zeroOf } from "./values.ts";

/** How long a series that was refused is not pushed, ms: the first time, and at most. */
const FIRST_ASIDE = 300_000;
const LONGEST_ASIDE = 3_600_000;

/** The names that a family takes in Prometheus, its type, and what is newest of its metadata. */
export interface FamilyInfo {
  readonly type: "counter" | "gauge" | "histogram";
  /** An OpenTelemetry metric that translates to it. */
  name: string;
  unit: string;
  description: string;
}

/** An up-down counter as one instance has it. */
interface Part {
  value: number;
  /** Of the newest point, milliseconds since the epoch. */
  time: number;
}

export class Series {
  /** Ascending in the order in which series were made; never used again. */
  readonly id: number;
  readonly family: FamilyInfo;
  readonly labels: Labels;
  readonly bounds: readonly number[] | undefined;
  /** The total; of an up-down counter the sum over all instances. */
  value: Value;
  /** What was pushed last, whether or not it arrived. Undefined: nothing but perhaps a zero. */
  sent: Value | undefined;
  /** When a point last changed it, milliseconds since the epoch. */
  changed: number;
  /** The heartbeat whose push was acknowledged last; 0 after a start of the host. */
  acknowledged = 0;
  /** The receiver refuses it: not pushed until then, milliseconds since the epoch. */
  asideUntil = 0;
  #refusals = 0;
  /** To be marked stale and forgotten. */
  isLeaving = false;
  /** When a gauge was set, milliseconds since the epoch. */
  #time = 0;
  /** Of up-down counters, by instance and stream: each leaves with its instance. */
  #parts: Map<string, Part> | undefined;

  constructor(
    id: number,
    family: FamilyInfo,
    labels: Labels,
    bounds: readonly number[] | undefined,
    value: Value,
    now: number,
  ) {
    this.id = id;
    this.family = family;
    this.labels = labels;
    this.bounds = bounds;
    this.value = value;
    this.changed = now;
  }

  /** Whether the series begins at zero and only grows: then Prometheus has to see its zero. */
  get grows(): boolean {
    return this.family.type !== "gauge";
  }

  get zero(): Value {
    return zeroOf(this.value);
  }

  /** How many series it is in Prometheus; for an exponential histogram, what it weighs. */
  get size(): number {
    if (typeof this.value === "number") return 1;
    return isBuckets(this.value) ? this.value.length + 1 : 20;
  }

  /** The receiver refuses it though it stores others: it is asked again ever more rarely. */
  refuse(now: number): void {
    this.asideUntil = now + Math.min(LONGEST_ASIDE, FIRST_ASIDE * 2 ** this.#refusals++);
  }

  /** Adds growth of a counter or histogram. */
  add(growth: Value, now: number): void {
    this.value = add(this.value, growth);
    if (!isZero(growth)) this.changed = now;
  }

  /** A gauge keeps the newest value. A sender's clock may be ahead, but never makes a value newer than now. */
  set({ value, time }: Point, now: number): void {
    if (time < this.#time) return;
    this.#time = Math.min(time, now);
    this.value = value;
    this.changed = now;
  }

  /** Adds to, or sets, what one instance's stream contributes to an up-down counter. */
  setPart(key: string, { value, time, cumulative }: Point, now: number): void {
    this.#parts ??= new Map();
    const part = this.#parts.get(key) ?? { value: 0, time: 0 };
    if (cumulative && time < part.time) return;
    part.value = cumulative ? (value as number) : part.value + (value as number);
    part.time = Math.max(part.time, Math.min(time, now));
    this.#parts.set(key, part);
    this.changed = now;
    this.#total();
  }

  /** @param prefix - of the keys of one instance's parts. */
  forgetParts(prefix: string): void {
    let isGone = false;
    for (const key of this.#parts?.keys() ?? []) {
      if (key.startsWith(prefix)) isGone = this.#parts?.delete(key) || isGone;
    }
    if (isGone) this.#total();
  }

  /** Instances still contribute to an up-down counter. */
  get hasParts(): boolean {
    return (this.#parts?.size ?? 0) > 0;
  }

  /** Added up anew each time, so that no rounding is left when instances go. */
  #total(): void {
    let total = 0;
    for (const { value } of this.#parts?.values() ?? []) total += value;
    this.value = add(total, 0);
  }

  save(): SavedSeries {
    const { id, labels, value, sent, changed } = this;
    const parts = Array.from(this.#parts ?? [], ([key, part]) => [key, part.value, part.time] as const);
    return {
      id,
      labels,
      value,
      changed,
      ...(sent !== undefined && (sent === value ? { even: true } : { sent })),
      ...(this.#time && { time: this.#time }),
      ...(parts.length && { parts }),
      ...(this.isLeaving && { leaving: true }),
    };
  }

  static restore(family: FamilyInfo, bounds: readonly number[] | undefined, saved: SavedSeries): Series {
    const value = restored(saved.value);
    const series = new Series(saved.id, family, saved.labels, bounds, value, saved.changed);
    if (saved.even) series.sent = value;
    else if (saved.sent !== undefined) series.sent = restored(saved.sent);
    series.#time = saved.time || 0;
    series.isLeaving = saved.leaving ?? false;
    for (const [key, value, time] of saved.parts || []) {
      series.#parts ??= new Map();
      series.#parts.set(key, { value, time });
    }
    return series;
  }
}

export interface SavedSeries {
  readonly id: number;
  readonly labels: Labels;
  readonly value: Value;
  readonly changed: number;
  readonly even?: boolean;
  readonly sent?: Value;
  readonly leaving?: boolean;
  readonly time?: number | 0;
  readonly parts?: readonly (readonly [key: string, value: number, time: number])[] | 0;
}

/** JSON writes NaN, a sum that does not exist, as null. */
export function restored(value: Value): Value {
  return isBuckets(value) ? value.map((n) => n ?? Number.NaN) : value;
}
