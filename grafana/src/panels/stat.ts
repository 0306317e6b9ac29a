import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { MappingType, SpecialValueMatch } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { type PanelOptions, withCommon } from "./panel.ts";

export interface StatOptions extends PanelOptions {
  /** Shown where there is no data, in a colour that says neither good nor bad. */
  readonly noValue: string;
}

/** One number, or a few side by side, as of now: a series' last value within the time shown may be long ago. */
export function stat(options: StatOptions): PanelBuilder {
  const { noValue, thresholds, queries } = options;
  return withCommon(new PanelBuilder(), options, "instant")
    .graphMode(BigValueGraphMode.None)
    .colorMode(thresholds || options.colours ? BigValueColorMode.Value : BigValueColorMode.None)
    .textMode(queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).fields("").values(false))
    .noValue(noValue)
    .mappings([
      {
        type: MappingType.SpecialValue,
        options: { match: SpecialValueMatch.NullAndNan, result: { text: noValue, color: "text", index: 0 } },
      },
    ]);
}
