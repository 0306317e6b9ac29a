/**
 * What a receiver stores of calls, wire by wire, as the product sends it: totals at the times of pushes, heartbeats
 * or scrapes, and a zero before them where the wire has one. Faster than the product itself on a fake clock, so
 * that hours of a thousand instances can be written; `test/data.test.ts` has the product.
 */
import { HTTP_BOUNDS } from "../src/names.ts";
import type { RawSeries } from "./backfill.ts";
import type { Call } from "./shapes.ts";

/** A call, and when the receiver heard of it. */
export interface Delivered extends Call {
  readonly heard: number;
}

export interface Delivery {
  readonly series: readonly RawSeries[];
  readonly calls: readonly Delivered[];
}

export type Wire = (service: string, calls: readonly Call[], from: number, to: number) => Delivery;

const LINGER = 5_000;
const INTERVAL = 15_000;
/** Of a scraped process. */
const RESTART_EVERY = 50 * 60_000;

/** Each instance pushes all its totals five seconds after the first call since its last push. */
export const direct: Wire = (service, calls) => {
  const store = new Store(service);
  const delivered = [...byInstance(calls)].flatMap(([instance, own]) => {
    let heard = 0;
    return own.map((call) => {
      if (call.time > heard) heard = call.time + LINGER;
      store.add(instance, { ...call, heard }, { zero: call.time - 1 });
      return { ...call, heard };
    });
  });
  return { series: store.series(), calls: delivered };
};

/** Two shards beat every fifteen seconds with all totals; a new series has its zero one beat earlier. */
export const aggregated: Wire = (service, calls, from, to) => {
  const store = new Store(service, { from, to });
  const delivered = sorted(calls).map((call) => {
    const beat = from + (Math.floor((call.time + LINGER - from) / INTERVAL) + 2) * INTERVAL;
    const shard = `shard-${hash(call.instance) % 2}`;
    store.add(shard, { ...call, heard: beat }, { zero: beat - INTERVAL });
    return { ...call, heard: beat };
  });
  return { series: store.series(), calls: delivered };
};

/** Each instance is a group of a Pushgateway, which repeats its totals at every scrape for ever, without a zero. */
export const pushgateway: Wire = (service, calls, from, to) => {
  const store = new Store(service, { from, to });
  const delivered = [...byInstance(calls)].flatMap(([instance, own]) => {
    let pushed = 0;
    return own.map((call) => {
      if (call.time > pushed) pushed = call.time + LINGER;
      const heard = from + Math.ceil((pushed - from) / INTERVAL) * INTERVAL;
      store.add(instance, { ...call, heard }, { pushed });
      return { ...call, heard };
    });
  });
  return { series: store.series(), calls: delivered };
};

/** Three processes that are scraped every fifteen seconds, and keep their `instance` over restarts. */
export const scraped: Wire = (service, calls, from, to) => {
  const store = new Store(service, { from, to, restarts: RESTART_EVERY });
  const delivered = sorted(calls).map((call) => {
    const heard = from + Math.ceil((call.time - from) / INTERVAL) * INTERVAL;
    const instance = `host-${hash(call.instance) % 3}:8080`;
    store.add(instance, { ...call, heard }, {});
    return { ...call, heard };
  });
  return { series: store.series(), calls: delivered };
};

interface Regular {
  readonly from: number;
  readonly to: number;
  /** Totals begin at 0 again so often, ms. */
  readonly restarts?: number;
}

interface Growth {
  readonly labels: Readonly<Record<string, string>>;
  /** Times of growth, and by how much. */
  readonly grown: Map<number, number>;
  zero?: number;
}

/** Turns growth into totals. */
class Store {
  readonly #service: string;
  readonly #regular: Regular | undefined;
  readonly #growth = new Map<string, Growth>();
  readonly #pushed = new Map<string, Set<number>>();
  /** Irregular pushes of an instance: each carries all its totals. */
  readonly #heard = new Map<string, Set<number>>();

  constructor(service: string, regular?: Regular) {
    this.#service = service;
    this.#regular = regular;
  }

  add(instance: string, call: Delivered, { zero, pushed }: { zero?: number; pushed?: number }): void {
    const { route, failed, duration, heard } = call;
    const common = {
      job: this.#service,
      instance,
      http_route: route,
      http_request_method: "GET",
      http_response_status_code: failed ? "500" : "200",
      outcome: failed ? "exception" : "success",
      ...(failed && { error_type: "PrinterError" }),
    };
    const name = "http_server_request_duration_seconds";
    this.#grow({ __name__: `${name}_count`, ...common }, heard, 1, zero);
    for (const le of [...HTTP_BOUNDS, Number.POSITIVE_INFINITY]) {
      const label = le === Number.POSITIVE_INFINITY ? "+Inf" : `${le}`;
      this.#grow({ __name__: `${name}_bucket`, ...common, le: label }, heard, duration <= le ? 1 : 0, zero);
    }
    addTo(this.#heard, instance, heard);
    if (pushed !== undefined) addTo(this.#pushed, instance, pushed);
  }

  #grow(labels: Growth["labels"], time: number, by: number, zero: number | undefined): void {
    const key = JSON.stringify(labels);
    const growth = this.#growth.get(key) ?? { labels, grown: new Map(), ...(zero !== undefined && { zero }) };
    growth.grown.set(time, (growth.grown.get(time) ?? 0) + by);
    this.#growth.set(key, growth);
  }

  series(): RawSeries[] {
    const totals = [...this.#growth.values()].map((growth) => ({
      labels: growth.labels,
      samples: this.#samples(growth),
    }));
    return [...totals, ...this.#pushTimes()];
  }

  #samples({ labels, grown, zero }: Growth): [number, number][] {
    const first = Math.min(...grown.keys());
    const { from, to, restarts } = this.#regular ?? { from: 0, to: 0 };
    const times = this.#regular
      ? range(Math.max(first, from), to)
      : [...(this.#heard.get(labels.instance ?? "") ?? [])]
          .filter((time) => time >= first)
          .sort((a, b) => a - b);
    const samples: [number, number][] = zero === undefined ? [] : [[Math.round(zero), 0]];
    const growths = [...grown].sort(([a], [b]) => a - b);
    let total = 0;
    let next = 0;
    let life = 0;
    for (const time of times) {
      const now = restarts ? Math.floor((time - 1 - from) / restarts) : 0;
      if (now !== life) total = 0;
      life = now;
      for (; next < growths.length && (growths[next] as [number, number])[0] <= time; next++) {
        total += (growths[next] as [number, number])[1];
      }
      samples.push([Math.round(time), total]);
    }
    return samples;
  }

  #pushTimes(): RawSeries[] {
    const { to = 0 } = this.#regular ?? {};
    return [...this.#pushed].map(([instance, pushes]) => {
      const times = [...pushes].sort((a, b) => a - b);
      const begin = times[0] ?? 0;
      const start =
        (this.#regular?.from ?? 0) + Math.ceil((begin - (this.#regular?.from ?? 0)) / INTERVAL) * INTERVAL;
      const samples = range(start, to).map((time): [number, number] => {
        const last = times.filter((pushed) => pushed <= time).at(-1) ?? begin;
        return [Math.round(time), last / 1000];
      });
      return { labels: { __name__: "push_time_seconds", job: this.#service, instance }, samples };
    });
  }
}

function range(from: number, to: number): number[] {
  return Array.from(
    { length: Math.max(Math.floor((to - from) / INTERVAL) + 1, 0) },
    (_, i) => from + i * INTERVAL,
  );
}

function sorted(calls: readonly Call[]): Call[] {
  return [...calls].sort((a, b) => a.time - b.time);
}

function byInstance(calls: readonly Call[]): Map<string, Call[]> {
  return Map.groupBy(sorted(calls), ({ instance }) => instance);
}

function addTo(sets: Map<string, Set<number>>, key: string, value: number): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(value));
}

function hash(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
}
