/** Reads a receiver through Prometheus's HTTP interface, which most receivers speak. */
import type { Receiver, StoredSeries } from "./types.ts";

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

export interface PromqlOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before each query. */
  readonly before?: () => Promise<unknown>;
}

/** @param root - where `/api/v1/query` is; a function where it can change. */
export function promql(
  root: () => string,
  { headers = {}, before }: PromqlOptions = {},
): Required<Pick<Receiver, "samples" | "query">> {
  const ask = async (query: string, time: number) => {
    await before?.();
    const body = new URLSearchParams({ query, time: `${time / 1000}` });
    const response = await fetch(`${root()}/api/v1/query`, { method: "POST", headers: { ...headers }, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${query}: ${response.status} ${text.slice(0, 500)}`);
    const answer = JSON.parse(text) as Answer;
    if (answer.status !== "success") throw new Error(`${query}: ${answer.error}`);
    return answer.data.result;
  };
  return {
    async samples(selector, from, to) {
      const result = await ask(`${selector}[${Math.ceil(to - from)}ms]`, to);
      return result.flatMap(({ metric, values = [] }): StoredSeries[] =>
        values.length ? [{ labels: metric, samples: distinct(values.map(sample)) }] : [],
      );
    },
    async query(query, time) {
      const [first, ...more] = await ask(query, time);
      if (more.length) throw new Error(`${query}: ${1 + more.length} results`);
      return first?.value && sample(first.value)[1];
    },
  };
}

/** Prometheus writes `+Inf` where JavaScript reads `+Infinity`. */
function sample([seconds, value]: readonly [number, string]): readonly [number, number] {
  return [Math.round(seconds * 1000), Number(value.replace("Inf", "Infinity"))];
}

/** VictoriaMetrics keeps a sample that came twice twice, and makes nothing else of it. */
function distinct(samples: StoredSeries["samples"]): StoredSeries["samples"] {
  return samples.filter(([time, value], n) => {
    const before = samples[n - 1];
    return before?.[0] !== time || before[1] !== value;
  });
}
