/** What all panels have in common: title, description, unit, data source and targets. */
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  type DynamicConfigValue,
  type GridPos,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { type Colours, fixedColour } from "../theme.ts";

export interface Query {
  readonly expr: string;
  /** Grafana's legend format, e.g. `{{outcome}}`. */
  readonly legend?: string;
}

export interface PanelOptions {
  readonly title: string;
  /** What it shows, and what to do when it looks bad. */
  readonly description: string;
  /** Grafana's name of a unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly decimals?: number;
  /** Units of single series, by name, where they differ. */
  readonly units?: Readonly<Record<string, string>>;
  /** The shortest step, for what costs much. */
  readonly interval?: string;
  /** Shows exemplars, if there are any. */
  readonly exemplars?: boolean;
  /** Series names to colours. */
  readonly colours?: Colours;
  /** Colours from a value on; the first has no value. */
  readonly thresholds?: readonly (readonly [from: number | null, colour: string])[];
}

/** Any panel's builder. */
export interface PanelBuilder extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  interval(interval: string): this;
  datasource(source: DataSourceRef): this;
  withTarget(target: DataqueryBuilder): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
  gridPos(position: GridPos): this;
}

/** The dashboard's own variable, so that one dashboard serves any Prometheus. */
export const DATASOURCE: DataSourceRef = { type: "prometheus", uid: "$datasource" };

type Kind = "range" | "instant" | "heatmap" | "table";

export function withCommon<P extends PanelBuilder>(panel: P, options: PanelOptions, kind: Kind): P {
  const { title, description, unit, queries, decimals, colours = {}, units = {}, thresholds } = options;
  panel.title(title).description(description).unit(unit).datasource(DATASOURCE);
  if (decimals !== undefined) panel.decimals(decimals);
  if (options.interval) panel.interval(options.interval);
  if (thresholds) {
    const steps = thresholds.map(([value, color]) => ({ value, color }));
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  for (const [name, colour] of Object.entries(colours)) panel.overrideByName(name, fixedColour(colour));
  for (const [name, unit] of Object.entries(units)) {
    // A count has no half of it, nor a colour.
    panel.overrideByName(name, [
      { id: "unit", value: unit },
      { id: "decimals", value: 0 },
      { id: "color", value: { mode: "fixed", fixedColor: "text" } },
    ]);
  }
  queries.forEach((query, i) => {
    const built = target(query, String.fromCharCode(65 + i), kind);
    panel.withTarget(options.exemplars && i === 0 ? built.exemplar(true) : built);
  });
  return panel;
}

function target({ expr, legend }: Query, refId: string, kind: Kind): DataqueryBuilder {
  const query = new DataqueryBuilder().refId(refId).expr(expr).datasource(DATASOURCE);
  if (legend) query.legendFormat(legend);
  if (kind === "table") query.format(PromQueryFormat.Table);
  if (kind === "heatmap") query.format(PromQueryFormat.Heatmap);
  return kind === "table" || kind === "instant" ? query.instant() : query.range();
}
