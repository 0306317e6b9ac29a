import { HeatmapCellLayout } from "@grafana/grafana-foundation-sdk/common";
import {
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  PanelBuilder,
  RowsHeatmapOptionsBuilder,
  YAxisConfigBuilder,
} from "@grafana/grafana-foundation-sdk/heatmap";
import { type PanelOptions, withCommon } from "./panel.ts";

export interface HeatmapOptions extends PanelOptions {
  /** The unit of the cells; `unit` is that of the buckets. Default requests per second. */
  readonly cells?: string;
}

/** How many observations fell into which bucket, over time. The query's series are the buckets of `le`. */
export function heatmap(options: HeatmapOptions): PanelBuilder {
  const { unit, cells = "reqps" } = options;
  return withCommon(new PanelBuilder(), { ...options, unit: cells }, "heatmap")
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme("Blues").steps(64))
    .rowsFrame(new RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new YAxisConfigBuilder().unit(unit))
    .cellGap(1)
    .showLegend();
}
