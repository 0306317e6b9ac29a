import { TableCellHeight, TableSortByFieldStateBuilder } from "@grafana/grafana-foundation-sdk/common";
import { type DynamicConfigValue, SpecialValueMatch } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { type PanelOptions, withCommon } from "./panel.ts";

interface Column {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  readonly decimals?: number;
  readonly thresholds?: PanelOptions["thresholds"];
}

export interface TableOptions {
  readonly title: string;
  readonly description: string;
  /** The label whose values are the rows, and its heading. */
  readonly label: string;
  readonly heading: string;
  /** What an empty label means. */
  readonly absent: string;
  /** Where a click on a row's name leads. */
  readonly link?: { readonly title: string; readonly url: string };
  /** Sorted by the first, greatest first. */
  readonly columns: readonly [Column, ...Column[]];
}

/** One row per value of a label, one column per query. */
export function table(options: TableOptions): PanelBuilder {
  const { title, description, label, heading, absent, link, columns } = options;
  const queries = columns.map(({ expr }) => ({ expr }));
  const valueField = (i: number) => `Value #${String.fromCharCode(65 + i)}`;
  const names = Object.fromEntries(columns.map(({ name }, i) => [valueField(i), name]));
  const order = [label, ...columns.map((_, i) => valueField(i))];
  const panel = withCommon(
    new PanelBuilder(),
    { title, description, unit: columns[0].unit, queries },
    "table",
  )
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(order.map((name, i) => [name, i])),
        renameByName: { [label]: heading, ...names },
      },
    })
    .cellHeight(TableCellHeight.Sm)
    .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0].name).desc(true)])
    .overrideByName(heading, [
      {
        id: "mappings",
        value: [
          {
            type: "special",
            options: { match: SpecialValueMatch.Empty, result: { text: absent, index: 0 } },
          },
        ],
      },
      ...(link ? [{ id: "links", value: [link] }] : []),
    ]);
  for (const column of columns) panel.overrideByName(column.name, columnProperties(column));
  return panel;
}

function columnProperties({ unit, decimals, thresholds }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [{ id: "unit", value: unit }];
  if (decimals !== undefined) properties.push({ id: "decimals", value: decimals });
  if (thresholds) {
    const steps = thresholds.map(([value, color]) => ({ value, color }));
    properties.push({ id: "thresholds", value: { mode: "absolute", steps } });
    properties.push({ id: "custom.cellOptions", value: { type: "color-text" } });
  }
  return properties;
}
