/** What the page and the terminal show, kept up to date sample by sample and push by push. */
import type { Fragment, OnSample, Sample, Series } from "../storage/database.ts";
import { Calls, increase } from "./calls.ts";
import { CustomMetrics } from "./custom.ts";
import { Instances } from "./instances.ts";
import { Pushes, type PushRecord } from "./pushes.ts";
import { type Role, roleOf } from "./roles.ts";

/** Of a first sample that says not when its series began: how far back its growth is spread, ms. */
const ASSUMED = 5000;

interface Known {
  readonly role: Role;
  /** The last value that was no stale marker. */
  last: number;
}

/** A push, read, with the answer that it got. */
export interface Answered {
  readonly wire: string;
  /** Empty if the push could not be read. */
  readonly fragments: readonly Fragment[];
  readonly bytes: number;
  readonly status: number;
  readonly reason: string;
}

export class Model {
  readonly calls = new Calls();
  readonly custom = new CustomMetrics();
  readonly instances = new Instances();
  readonly pushes = new Pushes();
  /** Pushes by result, as the instances themselves count them. */
  readonly reported = new Map<string, number>();
  /** Points that the instances dropped, by reason. */
  readonly dropped = new Map<string, number>();
  coldStarts = 0;
  readonly #series = new WeakMap<Series, Known>();
  readonly #now: () => number;

  /** @param now - milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes a stored sample. */
  readonly onSample: OnSample = (series, sample, before) => {
    const known = this.#known(series);
    const growth = growthOf(sample, before ? known.last : undefined);
    const from = before?.timestamp ?? sample.start ?? sample.timestamp - ASSUMED;
    if (!sample.stale) known.last = sample.value;
    this.#add(series, known.role, sample, growth, from);
  };

  /** Takes a push that was answered, after its samples. */
  pushed({ wire, fragments, bytes, status, reason }: Answered): PushRecord {
    const now = this.#now();
    const groups = Map.groupBy(fragments, ({ labels: { job = "", instance = "" } }) => `${job}\n${instance}`);
    for (const [, group] of status < 300 ? groups : []) {
      const last = group.map(({ samples }) => samples.at(-1));
      const ended = last.filter((sample) => sample?.stale).length;
      const newest = last.reduce((time, sample) => Math.max(time, sample?.timestamp ?? 0), 0);
      this.instances.pushed(group[0]?.labels ?? {}, wire, now, newest, ended * 2 > group.length);
    }
    const { job = "", instance = "" } = fragments[0]?.labels ?? {};
    const samples = fragments.reduce((total, one) => total + one.samples.length, 0);
    const series = fragments.length;
    const more = groups.size > 1 ? `${instance} +${groups.size - 1}` : instance;
    return this.pushes.add({ time: now, wire, job, instance: more, series, samples, bytes, status, reason });
  }

  #known(series: Series): Known {
    const known = this.#series.get(series) ?? { role: roleOf(series.name, series.labels), last: 0 };
    this.#series.set(series, known);
    return known;
  }

  #add(series: Series, role: Role, sample: Sample, growth: number, from: number): void {
    // The charts end now, whatever the clock of the sender says.
    const to = Math.min(sample.timestamp, this.#now());
    if (role.kind === "custom") this.custom.add(series, sample, growth, from, to);
    else if (!growth) return;
    else if (role.kind === "calls") {
      this.calls.count(role.metric, role.call, role.outcome, growth, from, to);
      this.instances.find(series.labels, "", this.#now()).requests += growth;
    } else if (role.kind === "bucket") {
      this.calls.observe(role.metric, role.call, role.bound, growth, from, to);
    } else if (role.kind === "push") increase(this.reported, role.result, growth);
    else if (role.kind === "dropped") increase(this.dropped, role.reason, growth);
    else if (role.kind === "coldstart") this.coldStarts += growth;
  }
}

/** How much a total has grown; one that is smaller than before began anew. */
function growthOf({ value, stale }: Sample, last: number | undefined): number {
  if (stale || !Number.isFinite(value)) return 0;
  return last !== undefined && value >= last ? value - last : value;
}
