/**
 * `@pushmeter/sdk/receiving`: what a receiver on a developer's machine needs to read pushes.
 * @module @pushmeter/sdk/receiving
 */
export { normalizeBound } from "../testing/bounds.ts";
export { groupLabels } from "../testing/grouping-key.ts";
export { checkLabels, type RequestHead, readWriteRequest } from "../testing/remote-write-store.ts";
export type { ReceivedMetadata, ReceivedSample } from "../testing/series.ts";
export { parseFloat64, parseText, type TextFamily, type TextSample } from "../testing/text-format.ts";
export type { TimeSeries } from "../testing/write-request.ts";
export { decodeNativeHistogram, type ReceivedHistogram } from "./native-histogram.ts";
