import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { type PanelOptions, withCommon } from "./panel.ts";

export interface StatOptions extends PanelOptions {
  /** Draws the recent past behind the number. Default true; false: the number is for all that is shown. */
  readonly trend?: boolean;
  /** Shown where there is no data. */
  readonly noValue?: string;
}

/** One number, or a few side by side. */
export function stat(options: StatOptions): PanelBuilder {
  const { trend = true, noValue, thresholds, queries } = options;
  const panel = withCommon(new PanelBuilder(), options, trend ? "range" : "instant")
    .graphMode(trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .colorMode(thresholds || options.colours ? BigValueColorMode.Value : BigValueColorMode.None)
    .textMode(queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false));
  return noValue ? panel.noValue(noValue) : panel;
}
