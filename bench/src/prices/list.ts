/** List prices in US dollars. */

export interface Price {
  readonly what: string;
  /** Dollars. */
  readonly price: number;
  /** For so many. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
}

/** When they were looked up, in stored copies of the pages; Grafana's in a transcription of 2026-05-25. */
export const LOOKED_UP = "2026-11-21";

const OBJECTS = "https://developers.cloudflare.com/durable-objects/platform/pricing/";
const WORKERS = "https://developers.cloudflare.com/workers/platform/pricing/";
const ANALYTICS = "https://developers.cloudflare.com/analytics/analytics-engine/pricing/";
const GRAFANA = "https://grafana.com/pricing/";

export const LIST = {
  objectRequest: {
    what: "Durable Objects: calls and alarms",
    price: 0.15,
    per: 1e6,
    unit: "requests",
    source: OBJECTS,
  },
  objectDuration: {
    what: "Durable Objects: duration",
    price: 12.5,
    per: 1e6,
    unit: "GB-s",
    source: OBJECTS,
  },
  rowWritten: {
    what: "Durable Objects: SQLite rows written",
    price: 1,
    per: 1e6,
    unit: "rows",
    source: OBJECTS,
  },
  workerRequest: { what: "Workers: requests", price: 0.3, per: 1e6, unit: "requests", source: WORKERS },
  dataPoint: {
    what: "Analytics Engine: data points written",
    price: 0.25,
    per: 1e6,
    unit: "points",
    source: ANALYTICS,
  },
  /** One sample a minute of each is included; with more the samples are what is billed. */
  series: {
    what: "Grafana Cloud Pro: active series, one sample a minute each",
    price: 6.5,
    per: 1e3,
    unit: "series",
    source: GRAFANA,
  },
} as const satisfies Record<string, Price>;

export const each = (name: keyof typeof LIST) => LIST[name].price / LIST[name].per;
