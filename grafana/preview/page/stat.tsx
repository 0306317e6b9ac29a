import {
  type DataFrame,
  type DisplayValue,
  type GrafanaTheme2,
  getDisplayValueAlignmentFactors,
  VizOrientation,
} from "@grafana/data";
import {
  BigValue,
  type BigValueColorMode,
  type BigValueGraphMode,
  type BigValueTextMode,
  VizRepeater,
} from "@grafana/ui";
import type { Panel } from "../../read/dashboards.ts";
import { statValues } from "./values.ts";

export interface StatProps {
  readonly panel: Panel;
  readonly frames: DataFrame[];
  readonly theme: GrafanaTheme2;
  readonly width: number;
  readonly height: number;
}

interface Options {
  readonly colorMode: BigValueColorMode;
  readonly graphMode: BigValueGraphMode;
  readonly textMode: BigValueTextMode;
}

export function StatPanel({ panel, frames, theme, width, height }: StatProps) {
  const { colorMode, graphMode, textMode } = panel.options as unknown as Options;
  const values = statValues(panel, frames, theme);
  return (
    <VizRepeater
      getValues={() => values}
      getAlignmentFactors={getDisplayValueAlignmentFactors}
      renderValue={({ value, alignmentFactors, count, width, height }) => (
        <BigValue
          value={value.display as DisplayValue}
          count={count}
          colorMode={colorMode}
          graphMode={graphMode}
          textMode={textMode}
          alignmentFactors={alignmentFactors}
          width={width}
          height={height}
          theme={theme}
        />
      )}
      width={width}
      height={height}
      source={frames}
      renderCounter={0}
      autoGrid
      orientation={VizOrientation.Auto}
    />
  );
}
