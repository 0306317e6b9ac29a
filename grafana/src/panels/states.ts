import { VisibilityMode, VizLegendOptionsBuilder } from "@grafana/grafana-foundation-sdk/common";
import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { type PanelOptions, withCommon } from "./panel.ts";

export interface StatesOptions extends Omit<PanelOptions, "unit" | "decimals" | "thresholds" | "colours"> {
  /** What the values mean, and their colours. */
  readonly states: readonly (readonly [value: number, text: string, colour: string])[];
}

/** One bar per series, coloured by its state over time. */
export function states({ states, ...options }: StatesOptions): PanelBuilder {
  const texts = states.map(([value, text, color], index) => [`${value}`, { text, color, index }]);
  return withCommon(new PanelBuilder(), { ...options, unit: "short" }, "range")
    .mappings([{ type: MappingType.ValueToText, options: Object.fromEntries(texts) }])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(80)
    .legend(new VizLegendOptionsBuilder().showLegend(true));
}
