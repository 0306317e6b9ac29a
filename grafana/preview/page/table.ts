import type { Answer } from "../answers.ts";
import { override, thresholdColour } from "./colours.ts";
import { add } from "./dom.ts";
import { format } from "./units.ts";

interface Organize {
  readonly renameByName: Readonly<Record<string, string>>;
  readonly indexByName: Readonly<Record<string, number>>;
}

/** Rows merged by their label, as the panel's transformations say. */
export function drawTable(body: HTMLElement, { panel, results }: Answer): void {
  const organize = panel.transformations?.find(({ id }) => id === "organize")?.options as unknown as Organize;
  const fields = Object.keys(organize.indexByName);
  const [label = "", ...values] = fields;
  const rows = new Map<string, number[]>();
  results.forEach((series, i) => {
    for (const { labels, samples } of series) {
      const row = rows.get(labels[label] ?? "") ?? [];
      row[i] = samples.at(-1)?.[1] ?? Number.NaN;
      rows.set(labels[label] ?? "", row);
    }
  });
  const table = add(body, "table");
  const head = add(table, "tr");
  for (const field of fields) add(head, "th", "", organize.renameByName[field] ?? field);
  const sorted = [...rows].sort(([, [a = 0]], [, [b = 0]]) => b - a);
  for (const [name, row] of sorted) {
    const line = add(table, "tr");
    add(line, "td", "link", name || absent(panel, organize.renameByName[label] ?? ""));
    values.forEach((field, i) => {
      const column = organize.renameByName[field] ?? field;
      const unit = override(panel, column, "unit") as string;
      const decimals = override(panel, column, "decimals") as number | undefined;
      const cell = add(line, "td", "", format(row[i] ?? Number.NaN, unit, decimals));
      const thresholds = override(panel, column, "thresholds");
      if (thresholds) cell.style.color = thresholdColour(thresholds as never, row[i] ?? 0);
    });
  }
}

function absent(panel: Answer["panel"], heading: string): string {
  const mappings = override(panel, heading, "mappings") as { options: { result: { text: string } } }[];
  return mappings?.[0]?.options.result.text ?? "";
}
