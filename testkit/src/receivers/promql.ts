/** Reads a receiver through Prometheus's HTTP interface, which most receivers have. */
import { ask, numberOf, type Result } from "../servers/promql.ts";
import type { Receiver, StoredSeries } from "./types.ts";

/** Of a query whose connection fails. */
const ATTEMPTS = 50;

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
  // On one machine it costs more to compress an answer than to send it.
  const sent = { ...headers, "accept-encoding": "identity" };
  const queried = (query: string, time: number) =>
    afterRestart(async () => {
      await before?.();
      return ask(root, "query", { query, time: `${time / 1000}` }, sent);
    });
  return {
    async samples(selector, from, to) {
      const result = await queried(`${selector}[${Math.ceil(to - from)}ms]`, to);
      return result.flatMap(({ metric, values = [], histograms = [] }: Result): StoredSeries[] => {
        const counts = histograms.map(([seconds, { count }]) => sample([seconds, count]));
        const count = { ...metric, __name__: `${metric.__name__}_count` };
        return [
          ...(values.length ? [{ labels: metric, samples: distinct(values.map(sample)) }] : []),
          ...(counts.length ? [{ labels: count, samples: counts }] : []),
        ];
      });
    },
    async query(query, time) {
      const [first, ...more] = await queried(query, time);
      if (more.length) throw new Error(`${query}: ${1 + more.length} results`);
      return first?.value && sample(first.value)[1];
    },
  };
}

/** Connections from before a restart fail when they are used again: each once. */
export async function afterRestart<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      // What fetch says where there was no answer.
      if (!(error instanceof TypeError) || attempt === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
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
