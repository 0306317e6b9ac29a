/** All that the page and the terminal show at one moment, as JSON. */
import type { Labels } from "../storage/database.ts";
import { type Call, failedOf, sum, totalOf } from "./calls.ts";
import type { Custom, CustomType } from "./custom.ts";
import { type InstanceState, stateOf } from "./instances.ts";
import type { Model } from "./model.ts";
import type { PushRecord } from "./pushes.ts";
import { quantile } from "./quantile.ts";
import { OUTCOMES, type Outcome } from "./roles.ts";

/** Seconds that the charts show: at most, and when the first push has just come. */
const CHART = 300;
const SHORTEST_CHART = 60;
/** What the charts show before the first push, seconds. */
const BEFORE = 8;
/** A point of a rate is the mean of so many seconds, as pushes come every five. */
const SMOOTH = 5;
/** Seconds of a row's small chart, and of its rate. */
export const SPARK = 60;
const RATE = 15;
const MOST_ROWS = 60;
const MOST_INSTANCES = 60;
const MOST_PUSHES = 40;
/** Instances that have pushed within so many ms hold the end of the charts back until they push again. */
const WAITED_FOR = 12_000;

/** Seconds; null where nothing is known. JSON has no NaN. */
export type Maybe = number | null;

export interface Row {
  readonly name: string;
  readonly total: number;
  readonly failed: number;
  /** By outcome, of those that occurred. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly rate: number;
  readonly p50: Maybe;
  readonly p95: Maybe;
  readonly spark: readonly number[];
}

export interface CustomRow {
  readonly name: string;
  readonly labels: Labels;
  readonly type: CustomType;
  readonly total: Maybe;
  readonly rate: number;
  /** A histogram's. */
  readonly mean: Maybe;
  readonly p95: Maybe;
  readonly spark: readonly number[];
}

export interface InstanceRow {
  readonly job: string;
  readonly id: string;
  readonly wire: string;
  readonly state: InstanceState;
  /** Milliseconds since the epoch. */
  readonly born: number;
  readonly lastPush: number;
  /** 0 if it has not. */
  readonly ended: number;
  readonly pushes: number;
  readonly requests: number;
  readonly pushed: readonly number[];
}

/** What a proxy in front of the application has counted. */
export interface Sent {
  readonly app: string;
  /** Where to send requests to. */
  readonly proxy: string;
  readonly requests: number;
  readonly answered: number;
}

export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly started: number;
  readonly url: string;
  /** Until when the receiver is cut; 0 if it is not. */
  readonly cutUntil: number;
  readonly requests: number;
  readonly failed: number;
  readonly rate: number;
  readonly p50: Maybe;
  readonly p95: Maybe;
  readonly coldStarts: number;
  readonly instances: { readonly live: number; readonly born: number; readonly ended: number };
  readonly pushes: {
    readonly accepted: number;
    readonly refused: number;
    readonly bytes: number;
    readonly samples: number;
  };
  /** As the instances count their own pushes. */
  readonly reported: Readonly<Record<string, number>>;
  readonly dropped: number;
  readonly series: number;
  readonly evicted: number;
  readonly sent?: Sent | undefined;
  readonly chart: {
    /** The first second, since the epoch. All lists have as many values. */
    readonly first: number;
    readonly outcomes: Readonly<Record<string, readonly Maybe[]>>;
    readonly p50: readonly Maybe[];
    readonly p95: readonly Maybe[];
    readonly p99: readonly Maybe[];
    readonly accepted: readonly number[];
    readonly refused: readonly number[];
    /** When the receiver was cut, ms since the epoch. */
    readonly cuts: readonly (readonly [from: number, to: number])[];
  };
  readonly calls: readonly Row[];
  readonly custom: readonly CustomRow[];
  readonly customLeft: number;
  readonly instanceRows: readonly InstanceRow[];
  readonly pushRows: readonly PushRecord[];
}

/** What a snapshot needs beside the model. */
export interface Surroundings {
  readonly started: number;
  readonly url: string;
  readonly cutUntil: number;
  readonly cuts: readonly (readonly [from: number, to: number])[];
  readonly series: number;
  readonly evicted: number;
  readonly sent: Sent | undefined;
}

export function snapshotOf(model: Model, now: number, { cuts, ...surroundings }: Surroundings): Snapshot {
  const { calls, custom, instances, pushes, reported, dropped, coldStarts } = model;
  const second = Math.floor(now / 1000);
  const settled = settledSecond(model, now);
  const recent = calls.latency(settled, SPARK);
  const { accepted, refused, bytes, samples } = pushes;
  return {
    now,
    ...surroundings,
    requests: calls.total,
    failed: calls.failed,
    rate: sum(OUTCOMES.map((outcome) => calls.ended(outcome, settled, RATE))) / RATE,
    p50: maybe(quantile(0.5, recent)),
    p95: maybe(quantile(0.95, recent)),
    coldStarts,
    instances: { live: instances.live(now), born: instances.born, ended: instances.ended },
    pushes: { accepted, refused, bytes, samples },
    reported: Object.fromEntries(reported),
    dropped: sum(dropped.values()),
    chart: { ...chart(model, second, settled), cuts },
    calls: calls
      .rows()
      .slice(0, MOST_ROWS)
      .map((call) => row(call, settled)),
    custom: custom
      .rows()
      .slice(0, MOST_ROWS)
      .map((metric) => customRow(metric, settled)),
    customLeft: custom.left + Math.max(0, custom.rows().length - MOST_ROWS),
    instanceRows: instances
      .all()
      .slice(0, MOST_INSTANCES)
      .map((instance) => {
        const { job, id, wire, born, lastPush, requests, pushed } = instance;
        const state = stateOf(instance, now);
        const ended = instance.ended ?? 0;
        return {
          job,
          id,
          wire,
          state,
          born,
          lastPush,
          ended,
          pushes: instance.pushes,
          requests: Math.round(requests),
          pushed,
        };
      }),
    pushRows: pushes.newest(MOST_PUSHES),
  };
}

/** The last second of which every instance that still pushes has told all. */
function settledSecond({ instances }: Model, now: number): number {
  const waiting = instances.all().filter((one) => one.ended === undefined && now - one.lastPush < WAITED_FOR);
  const times = waiting.map(({ lastSample }) => lastSample);
  return Math.floor(Math.min(now, ...times) / 1000) - (times.length ? 1 : 0);
}

function chart({ calls, pushes }: Model, second: number, settled: number) {
  const begun = Math.floor(pushes.first / 1000) - BEFORE;
  const length = Math.min(CHART, Math.max(SHORTEST_CHART, second - begun + 1));
  const first = second - length + 1;
  const seconds = Array.from({ length }, (_, i) => first + i);
  const isKnown = (second: number) => second >= begun && second <= settled;
  const known = (value: (second: number) => number) =>
    seconds.map((second) => (isKnown(second) ? maybe(value(second)) : null));
  const outcomes = OUTCOMES.filter((outcome) => calls.ended(outcome, second, length) > 0);
  const latencies = seconds.map((second) => (isKnown(second) ? calls.latency(second, SMOOTH) : new Map()));
  const rateOf = (outcome: Outcome) => known((second) => calls.ended(outcome, second, SMOOTH) / SMOOTH);
  const quantiles = (q: number) => latencies.map((buckets) => maybe(quantile(q, buckets)));
  return {
    first,
    outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, rateOf(outcome)])),
    p50: quantiles(0.5),
    p95: quantiles(0.95),
    p99: quantiles(0.99),
    accepted: seconds.map((second) => pushes.at(second)[0]),
    refused: seconds.map((second) => pushes.at(second)[1]),
  };
}

function row(call: Call, settled: number): Row {
  return {
    name: call.name,
    total: Math.round(totalOf(call)),
    failed: Math.round(failedOf(call)),
    outcomes: Object.fromEntries(call.outcomes),
    rate: call.seconds.sum(settled, RATE) / RATE,
    p50: maybe(quantile(0.5, call.buckets)),
    p95: maybe(quantile(0.95, call.buckets)),
    spark: spark(call.seconds, settled),
  };
}

function customRow({ name, labels, type, total, sum, buckets, seconds }: Custom, settled: number): CustomRow {
  return {
    name,
    labels,
    type,
    total: maybe(total),
    rate: seconds.sum(settled, RATE) / RATE,
    mean: type === "histogram" ? maybe(sum / total) : null,
    p95: maybe(quantile(0.95, buckets)),
    spark: type === "gauge" ? [] : spark(seconds, settled),
  };
}

/** Twenty points of three seconds each. */
function spark(seconds: Call["seconds"], settled: number): number[] {
  const width = 3;
  return Array.from({ length: SPARK / width }, (_, i) =>
    rounded(seconds.sum(settled - SPARK + (i + 1) * width, width) / width),
  );
}

function maybe(value: number): Maybe {
  return Number.isFinite(value) ? rounded(value) : null;
}

/** Five digits: enough to draw, and short. */
function rounded(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}
