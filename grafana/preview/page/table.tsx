import {
  cacheFieldDisplayNames,
  type DataFrame,
  type GrafanaTheme2,
  standardTransformers,
  standardTransformersRegistry,
  transformDataFrame,
} from "@grafana/data";
import type { TableCellHeight, TableSortByFieldState } from "@grafana/schema";
import { TableNG } from "@grafana/ui/unstable";
import { lastValueFrom } from "rxjs";
import type { Panel } from "../../read/dashboards.ts";
import { withFieldOptions } from "./fields.ts";

const { mergeTransformer, organizeFieldsTransformer } = standardTransformers;
standardTransformersRegistry.setInit(() =>
  [mergeTransformer, organizeFieldsTransformer].map((transformer) => ({
    id: transformer.id,
    name: transformer.name,
    transformation: async () => transformer,
    editor: () => null,
    imageDark: "",
    imageLight: "",
  })),
);

/** The panel's transformations, then its field options. */
export async function tableFrame(
  frames: DataFrame[],
  panel: Panel,
  theme: GrafanaTheme2,
): Promise<DataFrame> {
  const transformed = await lastValueFrom(transformDataFrame([...(panel.transformations ?? [])], frames));
  const [frame] = withFieldOptions(transformed, panel, theme);
  cacheFieldDisplayNames(frame ? [frame] : []);
  if (!frame) throw new Error(`no rows for ${panel.title}`);
  return frame;
}

export interface TableProps {
  readonly panel: Panel;
  readonly frame: DataFrame;
  readonly width: number;
  readonly height: number;
}

export function TablePanel({ panel, frame, width, height }: TableProps) {
  const options = panel.options as { sortBy?: TableSortByFieldState[]; cellHeight?: TableCellHeight };
  return (
    <TableNG
      data={frame}
      width={width}
      height={height}
      {...(options.sortBy && { sortBy: options.sortBy })}
      {...(options.cellHeight && { cellHeight: options.cellHeight })}
    />
  );
}
