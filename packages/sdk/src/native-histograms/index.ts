/**
 * `@pushmeter/sdk/native-histograms`: exponential histograms for receivers that take native ones. A separate entry
 * point, so that only users of native histograms bundle it.
 * @module @pushmeter/sdk/native-histograms
 */
import type { NativeHistograms } from "../histogram.ts";
import { ExponentialAccumulation } from "./accumulation.ts";
import { ScaledHistogram } from "./native-histogram.ts";

export type {
  Accumulation,
  ClassicHistogram,
  NativeHistogram,
  NativeHistograms,
  Value,
} from "../histogram.ts";
export type { Writer } from "../remote-write/protobuf.ts";

/**
 * For `remoteWrite`'s option `histograms`.
 *
 * @example
 * ```ts
 * remoteWrite({ url, histograms: nativeHistograms() });
 * ```
 */
export function nativeHistograms(): NativeHistograms {
  return {
    of: (value) => new ScaledHistogram(value),
    accumulation: () => new ExponentialAccumulation(),
  };
}
