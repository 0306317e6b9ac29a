/**
 * `@pushmeter/sdk/names`: metrics with the names, labels and buckets that a service had before. A separate entry point,
 * so that only its users bundle it.
 * @module @pushmeter/sdk/names
 */
export type { Names, Series, SeriesOf } from "../recording/instrument.ts";
export type { PresetOptions } from "./http.ts";
export {
  type ExpressPromBundleOptions,
  expressPromBundle,
  type HonoPrometheusOptions,
  honoPrometheus,
  promClient,
} from "./javascript.ts";
export type { Labels, LabelValue } from "./labels.ts";
export { type Metric, type Metrics, mapping } from "./mapping.ts";
export {
  type AppRequestCountOptions,
  appRequestCount,
  type FastapiInstrumentatorOptions,
  fastapiInstrumentator,
} from "./python.ts";
