/**
 * `@pushmeter/sdk/prometheus`: how OpenTelemetry data becomes Prometheus series.
 * @module @pushmeter/sdk/prometheus
 */
export type { AnyHistogram, Value } from "../histogram.ts";
export { keyOf } from "../key.ts";
export { addExponential, toClassic } from "../native-histograms/exponential.ts";
export { bound } from "./bounds.ts";
export { type Labels, labelsOf } from "./labels.ts";
export { labelName, type MetricType, metricName, unitWord } from "./names.ts";
export { CONTENT_TYPE, textOf } from "./text.ts";
export {
  type Family,
  type LabelCache,
  type Point,
  type TranslateOptions,
  type Translation,
  translate,
} from "./translate.ts";
