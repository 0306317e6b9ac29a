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
  /** What ranges of values mean, and their colours. */
  readonly states?: readonly (readonly [from: number, to: number, text: string, colour: string])[];
  /** Shown where a row has no value. */
  readonly noValue?: string;
}

export interface TableOptions {
  readonly title: string;
  readonly description: string;
  /** The label whose values are the rows, and its heading. */
  readonly label: string;
  readonly heading: string;
  /** More labels that tell rows apart, and their headings. */
  readonly others?: Readonly<Record<string, string>>;
  /** What an empty label means. */
  readonly absent?: string;
  /** Where a click on a row's name leads. */
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  /** Sorted by the first, greatest first. */
  readonly columns: readonly [Column, ...Column[]];
}

/** One row per value of a label, one column per query. */
export function table(options: TableOptions): PanelBuilder {
  const { title, description, label, heading, others = {}, absent, links, columns } = options;
  const queries = columns.map(({ expr }) => ({ expr }));
  const valueField = (i: number) => `Value #${String.fromCharCode(65 + i)}`;
  const names = Object.fromEntries(columns.map(({ name }, i) => [valueField(i), name]));
  const order = [...Object.keys(others), label, ...columns.map((_, i) => valueField(i))];
  const panel = withCommon(
    new PanelBuilder(),
    { title, description, unit: columns[0].unit, queries },
    "table",
  )
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true, __name__: true },
        indexByName: Object.fromEntries(order.map((name, i) => [name, i])),
        renameByName: { ...others, [label]: heading, ...names },
      },
    })
    .cellHeight(TableCellHeight.Sm)
    .sortBy([new TableSortByFieldStateBuilder().displayName(columns[0].name).desc(true)])
    .overrideByName(heading, [
      ...(absent ? [{ id: "mappings", value: [emptyMeans(absent)] }] : []),
      ...(links ? [{ id: "links", value: links }] : []),
    ]);
  for (const column of columns) panel.overrideByName(column.name, columnProperties(column));
  return panel;
}

function emptyMeans(text: string): object {
  return { type: "special", options: { match: SpecialValueMatch.Empty, result: { text, index: 0 } } };
}

function columnProperties({ unit, decimals, thresholds, states, noValue }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [{ id: "unit", value: unit }];
  if (noValue) properties.push({ id: "noValue", value: noValue });
  if (states) {
    const mappings = states.map(([from, to, text, color], index) => ({
      type: "range",
      options: { from, to, result: { text, color, index } },
    }));
    properties.push({ id: "mappings", value: mappings });
    properties.push({ id: "custom.cellOptions", value: { type: "color-text" } });
  }
  if (decimals !== undefined) properties.push({ id: "decimals", value: decimals });
  if (thresholds) {
    const steps = thresholds.map(([value, color]) => ({ value, color }));
    properties.push({ id: "thresholds", value: { mode: "absolute", steps } });
    properties.push({ id: "custom.cellOptions", value: { type: "color-text" } });
  }
  return properties;
}
