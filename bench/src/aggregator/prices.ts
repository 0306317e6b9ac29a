/**
 * What an aggregator costs a month, in US dollars, from list prices of November 2026: look them up again before you
 * rely on them. Workers paid plan, without its monthly fee and the volume that it includes.
 */

/** Dollars for each: Cloudflare, "Durable Objects pricing" and "Analytics Engine pricing". */
const OBJECT_REQUEST = 0.15 / 1e6;
const ROW_WRITTEN = 1 / 1e6;
const GIGABYTE_SECOND = 12.5 / 1e6;
const DATA_POINT = 0.25 / 1e6;
/** Active series a month: Grafana Cloud, "Metrics". */
const SERIES = 8 / 1000;

const MONTH = 30 * 86_400;
const HEARTBEAT = 15;
/** A flush interval, s. */
const FLUSH = 5;
const OBJECT_MEMORY = 0.125;
/** Rows of a heartbeat: the alarm, the entry of what was pushed, the counts after it. */
const ROWS_PER_HEARTBEAT = 3;
/** Batches that come in a second above which they share a row, and how many share one. */
const CROWD = 20;
const COMPANY = 20;
/** Series that one instance of a service makes, if it pushes to a vendor by itself. */
const SERIES_PER_INSTANCE = 200;

export interface Price {
  /** Requests a second. */
  readonly rate: number;
  readonly ours: number;
  readonly analyticsEngine: number;
  readonly vendor: number;
  /** Rows written for one batch. */
  readonly rowsPerBatch: number;
}

/** @param batches - a second. */
function rowsPerBatch(batches: number): number {
  if (batches <= CROWD) return 1;
  // After 200 ms at the latest.
  return 1 / Math.min(COMPANY, batches * 0.2);
}

/** With so many requests a second, spread over so many instances at a time. */
function priceOf(rate: number, instances: number): Price {
  const batches = Math.min(rate, instances / FLUSH);
  const heartbeats = 1 / HEARTBEAT;
  const perBatch = rowsPerBatch(batches);
  const rows = batches * perBatch + heartbeats * ROWS_PER_HEARTBEAT;
  const ours =
    MONTH * ((batches + heartbeats) * OBJECT_REQUEST + rows * ROW_WRITTEN + OBJECT_MEMORY * GIGABYTE_SECOND);
  return {
    rate,
    ours,
    analyticsEngine: MONTH * rate * DATA_POINT,
    vendor: instances * SERIES_PER_INSTANCE * SERIES,
    rowsPerBatch: perBatch,
  };
}

export function pricesOf(): Price[] {
  return [
    [1, 2],
    [100, 50],
    [10_000, 2_000],
  ].map(([rate, instances]) => priceOf(rate as number, instances as number));
}
