/** What people read of one service at a receiver, beside the truth. */
import { setTimeout as pause } from "node:timers/promises";
import type { Receiver, StoredSeries, Traits } from "@pushmeter/testkit/receivers/types";
import { type Counts, compare, extrapolated, LOGINS, lastValues, selector } from "./verdict.ts";

const MINUTE = 60_000;

/** What the queries for growth answer, as a share of what happened: 1 is right. */
export interface Growth {
  readonly subtraction: number;
  /** Beside what Prometheus's extrapolation makes of right samples. */
  readonly increase: number;
  readonly anchored: number;
  /** `increase` as it is; undefined where there is no PromQL. */
  readonly plainIncrease: number | undefined;
}

export class Reading {
  readonly #receiver: Receiver;
  readonly #traits: Traits;
  readonly #service: string;
  readonly #job: string;
  readonly #truth: Counts;
  /** Nothing is older. */
  readonly #from: number;
  /** Nothing is newer: a clock that was fast may have given samples later times than it shows now. */
  readonly #to: () => number;

  constructor(
    receiver: Receiver,
    traits: Traits,
    options: {
      readonly service: string;
      /** The label that holds the service's name. */
      readonly job: string;
      readonly truth: Counts;
      readonly from: number;
      readonly to: () => number;
    },
  ) {
    this.#receiver = receiver;
    this.#traits = traits;
    this.#service = options.service;
    this.#job = options.job;
    this.#truth = options.truth;
    this.#from = options.from;
    this.#to = options.to;
  }

  /** @param isWhole - with the buckets and sums of histograms. */
  stored(isWhole = true): Promise<StoredSeries[]> {
    const series = selector(this.#service, this.#job, isWhole);
    return this.#receiver.samples(series, this.#from, this.#to());
  }

  /** Events that are missing and that are too many; asks again for `longest` ms while there are any. */
  async difference(longest: number): Promise<{ readonly lost: number; readonly double: number }> {
    const deadline = Date.now() + longest;
    for (;;) {
      const found = compare(lastValues(await this.stored(false)), this.#truth);
      if (!(found.lost + found.double) || Date.now() >= deadline) return found;
      await pause(50);
    }
  }

  async growth(stored: readonly StoredSeries[]): Promise<Growth> {
    const total = [...this.#truth.logins.values()].reduce((sum, count) => sum + count, 0);
    const logins = stored.filter(({ labels }) => LOGINS.test(labels.__name__ ?? ""));
    const subtracted = sum(logins, ({ samples }) => (samples.at(-1)?.[1] ?? 0) - (samples[0]?.[1] ?? 0));
    const name = logins[0]?.labels.__name__;
    if (!this.#receiver.query || !name) {
      return { subtraction: subtracted / total, increase: 1, anchored: 1, plainIncrease: undefined };
    }
    const window = { from: this.#from - MINUTE, to: this.#to() + MINUTE };
    const ask = async (modifier: string) => {
      const range = `${name}{${this.#job}="${this.#service}"}[${window.to - window.from}ms]${modifier}`;
      return (await this.#receiver.query?.(`sum(increase(${range}))`, window.to)) ?? 0;
    };
    const increase = await ask("");
    const arithmetic = sum(logins, ({ samples }) => extrapolated(samples, window));
    const right = this.#traits.increase === "exact" ? total : total * (arithmetic / (subtracted || 1) || 1);
    return {
      subtraction: subtracted / total,
      increase: increase / right,
      anchored: this.#traits.anchored ? (await ask(" anchored")) / total : 1,
      plainIncrease: increase / total,
    };
  }
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}
