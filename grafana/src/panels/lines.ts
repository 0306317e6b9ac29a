import {
  AxisPlacement,
  GraphDrawStyle,
  GraphGradientMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { fixedColour } from "../theme.ts";
import { type PanelOptions, withCommon } from "./panel.ts";

export interface LinesOptions extends PanelOptions {
  /** One area on the other: for parts of a whole. */
  readonly stacked?: boolean;
  /** Colours of all series whose names match. */
  readonly patterns?: readonly (readonly [name: RegExp, colour: string])[];
  /** Names of series to draw dashed, for comparison. */
  readonly dashed?: readonly string[];
  readonly max?: number;
  /** Where the axis begins. Default 0; undefined: at the least value. */
  readonly min?: number | undefined;
  /** Names of series that have their axis at the right. */
  readonly right?: RegExp;
}

/** Values over time. */
export function lines(options: LinesOptions): PanelBuilder {
  const { stacked = false, patterns = [], dashed = [], max, right } = options;
  const panel = withCommon(new PanelBuilder(), options, "range")
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(stacked ? 1 : 2)
    .fillOpacity(stacked ? 60 : 8)
    .gradientMode(GraphGradientMode.None)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None).group("A"))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  for (const [name, colour] of patterns) panel.overrideByRegexp(`${name}`, fixedColour(colour));
  for (const name of dashed) {
    panel.overrideByName(name, [
      { id: "custom.lineStyle", value: { fill: "dash", dash: [8, 6] } },
      { id: "custom.fillOpacity", value: 0 },
      { id: "color", value: { mode: "fixed", fixedColor: "text" } },
    ]);
  }
  if (right) {
    panel.overrideByRegexp(`${right}`, [{ id: "custom.axisPlacement", value: AxisPlacement.Right }]);
  }
  const min = "min" in options ? options.min : 0;
  if (min !== undefined) panel.min(min);
  return max === undefined ? panel : panel.max(max);
}
