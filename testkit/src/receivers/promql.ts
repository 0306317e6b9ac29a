/** Reads a receiver through Prometheus's HTTP interface, which most receivers have. */
import { ask, numberOf, type Result } from "../servers/promql.ts";
import type { Receiver, StoredSeries } from "./types.ts";

export interface PromqlOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Called before each query. */
  readonly before?: () => Promise<unknown>;
}

/** @param root - the URL before `/api/v1`. */
export function promql(
  root: string,
  { headers, before }: PromqlOptions = {},
): Required<Pick<Receiver, "samples" | "query">> {
  const queried = (query: string, time: number) =>
    afterRestart(async () => {
      await before?.();
      return ask(root, "query", { query, time: `${time / 1000}` }, headers);
    });
  return {
    async samples(selector, from, to) {
      const result = await queried(`${selector}[${Math.ceil(to - from)}ms]`, to);
      return result.flatMap(({ metric, values = [] }: Result): StoredSeries[] =>
        values.length ? [{ labels: metric, samples: distinct(values.map(sample)) }] : [],
      );
    },
    async query(query, time) {
      const [first, ...more] = await queried(query, time);
      if (more.length) throw new Error(`${query}: ${1 + more.length} results`);
      return first?.value && sample(first.value)[1];
    },
  };
}

/** A connection from before a restart fails once when it is used again. */
export async function afterRestart<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return read();
  }
}

function sample([seconds, value]: readonly [number, string]): readonly [number, number] {
  return [Math.round(seconds * 1000), numberOf(value)];
}

/** VictoriaMetrics keeps a sample that came twice twice, and makes nothing else of it. */
function distinct(samples: StoredSeries["samples"]): StoredSeries["samples"] {
  return samples.filter(([time, value], n) => {
    const before = samples[n - 1];
    return before?.[0] !== time || before[1] !== value;
  });
}
