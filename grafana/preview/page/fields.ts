/**
 * What Grafana does to frames before a panel draws them: a plugin's defaults, the panel's field options and its
 * overrides, by `@grafana/data` itself. Grafana registers field options in its application, which is not on npm.
 */
import {
  applyFieldOverrides,
  type DataFrame,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigOptionsRegistry,
  type FieldConfigPropertyItem,
  type FieldConfigSource,
  type GrafanaTheme2,
  identityOverrideProcessor,
  numberOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from "@grafana/data";
import type { Panel } from "../../read/dashboards.ts";

type Process = FieldConfigPropertyItem["process"];

function option(path: string, process: unknown, isCustom = false): FieldConfigPropertyItem {
  return {
    id: isCustom ? `custom.${path}` : path,
    path,
    name: path,
    isCustom,
    process: process as Process,
    override: () => null,
    editor: () => null,
    shouldApply: () => true,
  };
}

/** By the names that the plugins register. */
const STANDARD: readonly (readonly [path: string, process: unknown])[] = [
  ["displayName", displayNameOverrideProcessor],
  ["unit", unitOverrideProcessor],
  ["decimals", numberOverrideProcessor],
  ["min", numberOverrideProcessor],
  ["max", numberOverrideProcessor],
  ["noValue", identityOverrideProcessor],
  ["color", identityOverrideProcessor],
  ["thresholds", thresholdsOverrideProcessor],
  ["mappings", valueMappingsOverrideProcessor],
  ["links", dataLinksOverrideProcessor],
];

/** The plugins' own options and their defaults: `module.tsx` and `config.ts` of each panel in Grafana's sources. */
const CUSTOM: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  timeseries: {
    drawStyle: "line",
    lineInterpolation: "linear",
    lineWidth: 1,
    lineStyle: { fill: "solid" },
    fillOpacity: 0,
    gradientMode: "none",
    showPoints: "auto",
    pointSize: 5,
    spanNulls: false,
    stacking: { mode: "none", group: "A" },
    axisPlacement: "auto",
    axisLabel: "",
    axisColorMode: "text",
    axisBorderShow: false,
    axisCenteredZero: false,
    barAlignment: 0,
    scaleDistribution: { type: "linear" },
    thresholdsStyle: { mode: "off" },
    hideFrom: { tooltip: false, viz: false, legend: false },
  },
  table: { align: "auto", inspect: false, cellOptions: { type: "auto" }, filterable: false },
};
const COLOURS: Readonly<Record<string, string>> = {
  timeseries: "palette-classic",
  stat: "thresholds",
  table: "thresholds",
};
/** Of a panel that sets none. */
const THRESHOLDS = {
  mode: "absolute",
  steps: [
    { value: Number.NEGATIVE_INFINITY, color: "green" },
    { value: 80, color: "red" },
  ],
};

/** The panel's field options over its plugin's defaults. */
export function fieldConfigOf({ type, fieldConfig }: Panel): FieldConfigSource {
  const { defaults, overrides = [] } = fieldConfig ?? { defaults: {} };
  const thresholds = defaults.thresholds ?? THRESHOLDS;
  return {
    defaults: {
      color: { mode: COLOURS[type] ?? "thresholds" },
      ...defaults,
      // JSON has null where the first step has no beginning.
      thresholds: {
        mode: "absolute",
        steps: thresholds.steps.map(({ value, color }) => ({
          value: value ?? Number.NEGATIVE_INFINITY,
          color,
        })),
      },
      custom: { ...CUSTOM[type], ...defaults.custom },
    },
    overrides,
  } as unknown as FieldConfigSource;
}

/** The frames with every field's options, names, formats and colours. */
export function withFieldOptions(frames: DataFrame[], panel: Panel, theme: GrafanaTheme2): DataFrame[] {
  const fieldConfigRegistry = new FieldConfigOptionsRegistry(() => [
    ...STANDARD.map(([path, process]) => option(path, process)),
    ...Object.keys(CUSTOM[panel.type] ?? {}).map((path) => option(path, identityOverrideProcessor, true)),
  ]);
  return applyFieldOverrides({
    data: frames,
    fieldConfig: fieldConfigOf(panel),
    fieldConfigRegistry,
    replaceVariables: (text) => text,
    theme,
    timeZone: "utc",
  });
}
