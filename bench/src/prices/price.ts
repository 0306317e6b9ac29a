/** What a service's metrics cost a month, beyond the volumes that the plans include. */
import { each } from "./list.ts";

const MONTH = 30 * 86_400;
/** A flush interval and a heartbeat, s. */
const FLUSH = 5;
const HEARTBEAT = 15;
/** A service with a dozen routes. */
export const SERIES = 200;
/** An object that pushes is never idle. */
const OBJECT_GIGABYTES = 0.125;
/** The alarm, the entry of what was pushed, the counts after it. */
export const ROWS_PER_HEARTBEAT = 3;
/** Batches that come in a second above which they share a row: for how long, s, and how many. */
const CROWD = 20;
const COMPANY = 0.2;
const COMPANY_SIZE = 20;

export interface Load {
  /** Requests a second. */
  readonly requests: number;
  /** Instances at a time. */
  readonly instances: number;
}

export const LOADS: readonly Load[] = [
  { requests: 1, instances: 2 },
  { requests: 100, instances: 50 },
  { requests: 10_000, instances: 2_000 },
];

/** Dollars a month. */
export interface Cost {
  /** A second. */
  readonly batches: number;
  readonly rowsPerBatch: number;
  /** Of the object, called from Workers of the account. */
  readonly object: number;
  /** What `ingest` adds for senders over HTTPS: a request to a Worker for each batch. */
  readonly https: number;
  /** One data point per request. */
  readonly analyticsEngine: number;
  /** The vendor's, for what the object pushes. */
  readonly vendor: number;
  /** The vendor's, if each instance pushes by itself. */
  readonly vendorDirect: number;
}

export function costOf({ requests, instances }: Load): Cost {
  const batches = Math.min(requests, instances / FLUSH);
  const rowsPerBatch = batches > CROWD ? 1 / Math.min(COMPANY_SIZE, batches * COMPANY) : 1;
  const heartbeats = 1 / HEARTBEAT;
  const rows = batches * rowsPerBatch + heartbeats * ROWS_PER_HEARTBEAT;
  const perSecond =
    (batches + heartbeats) * each("objectRequest") +
    rows * each("rowWritten") +
    OBJECT_GIGABYTES * each("objectDuration");
  return {
    batches,
    rowsPerBatch,
    object: MONTH * perSecond,
    https: MONTH * batches * each("workerRequest"),
    analyticsEngine: MONTH * requests * each("dataPoint"),
    vendor: vendor(SERIES, heartbeats),
    vendorDirect: vendor(instances * SERIES, batches / instances),
  };
}

/** @param pushes - of each series, a second. */
function vendor(series: number, pushes: number): number {
  return series * Math.max(1, pushes * 60) * each("series");
}
