/** The values that Grafana's stat panel shows, with their texts and colours. */
import {
  type DataFrame,
  type FieldDisplay,
  type GrafanaTheme2,
  getFieldDisplayValues,
  type ReduceDataOptions,
} from "@grafana/data";
import type { Panel } from "../../read/dashboards.ts";
import { fieldConfigOf } from "./fields.ts";

/** @param frames - with their field options. */
export function statValues(panel: Panel, frames: DataFrame[], theme: GrafanaTheme2): FieldDisplay[] {
  const { reduceOptions } = panel.options as unknown as { readonly reduceOptions: ReduceDataOptions };
  return getFieldDisplayValues({
    fieldConfig: fieldConfigOf(panel),
    reduceOptions,
    replaceVariables: (text) => text,
    theme,
    data: frames,
    timeZone: "utc",
  });
}
