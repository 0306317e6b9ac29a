/** Compares what Prometheus says with what happened. */
import { ask } from "@pushmeter/testkit/servers/promql";
import { median } from "@pushmeter/testkit/statistics";

export interface Score {
  /** Of the sum over all windows, as a fraction of the truth. */
  readonly bias: number;
  /** Of a window, as a fraction of its truth. */
  readonly medianError: number;
  /** The sum of the series' last values. */
  readonly total: number;
  readonly expected: number;
  readonly series: number;
}

const METRIC = 'http_server_request_duration_seconds_count{job="courses"}';
/** Not a multiple of the heartbeat, like the steps of most dashboards. */
const STEP = 13_000;

export interface ScoreOptions {
  readonly arrivals: readonly number[];
  readonly start: number;
  readonly window: number;
  /** The end of the simulation, milliseconds since the epoch. */
  readonly end: number;
}

/** From before the first arrival until the last one has left every window, so that each counts equally often. */
export async function score(prometheus: string, options: ScoreOptions): Promise<Score> {
  const { arrivals, start, window, end } = options;
  const seconds = window / 1000;
  const estimates = await range(prometheus, `sum(increase(${METRIC}[${seconds}s]))`, start, end);
  const errors: number[] = [];
  let estimated = 0;
  let happened = 0;
  for (let time = start; time <= end; time += STEP) {
    const truth = count(arrivals, time - start) - count(arrivals, time - start - window);
    const estimate = estimates.get(time) ?? 0;
    estimated += estimate;
    happened += truth;
    if (truth) errors.push(Math.abs(estimate - truth) / truth);
  }
  const whole = `max_over_time(${METRIC}[${Math.ceil((end - start) / 1000) + 3600}s])`;
  return {
    bias: estimated / happened - 1,
    medianError: errors.length ? median(errors) : 0,
    total: await scalar(prometheus, `sum(${whole})`, end),
    expected: arrivals.length,
    series: await scalar(prometheus, `count(${whole})`, end),
  };
}

/** Arrivals up to `time`. */
function count(arrivals: readonly number[], time: number): number {
  let [low, high] = [0, arrivals.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((arrivals[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function range(url: string, query: string, start: number, end: number): Promise<Map<number, number>> {
  const at = { start: `${start / 1000}`, end: `${end / 1000}`, step: `${STEP / 1000}` };
  const [result] = await ask(url, "query_range", { query, ...at });
  return new Map(result?.values?.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)]));
}

async function scalar(url: string, query: string, time: number): Promise<number> {
  const [result] = await ask(url, "query", { query, time: `${time / 1000}` });
  return Number(result?.value?.[1] ?? 0);
}
