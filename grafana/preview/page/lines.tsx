import { type DataFrame, dateTime, type TimeRange } from "@grafana/data";
import type { VizLegendOptions } from "@grafana/schema";
import { TimeSeries } from "@grafana/ui";
import type { Panel } from "../../read/dashboards.ts";

export interface LinesProps {
  readonly panel: Panel;
  readonly frames: DataFrame[];
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly width: number;
  readonly height: number;
}

export function LinesPanel({ panel, frames, start, end, width, height }: LinesProps) {
  const { legend } = panel.options as unknown as { readonly legend: VizLegendOptions };
  const [from, to] = [dateTime(start), dateTime(end)];
  const timeRange: TimeRange = { from, to, raw: { from, to } };
  return (
    <TimeSeries
      frames={frames}
      timeRange={timeRange}
      timeZone="utc"
      legend={legend}
      width={width}
      height={height}
    />
  );
}
