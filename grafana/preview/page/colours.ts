/** Grafana's named colours on its dark theme. */
import type { Panel } from "../../read/dashboards.ts";

const NAMED: Readonly<Record<string, string>> = {
  green: "#73bf69",
  yellow: "#fade2a",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
  purple: "#b877d9",
  "light-blue": "#8ab8ff",
  "dark-blue": "#1f60c4",
  "light-yellow": "#ffee52",
  "light-purple": "#ca95e5",
  "dark-red": "#c4162a",
  "dark-orange": "#fa6400",
  "dark-purple": "#8f3bb8",
  text: "#9fa7b3",
};

/** For series that nobody gave a colour, in order: Grafana's classic palette. */
const PALETTE = ["#7eb26d", "#eab839", "#6ed0e0", "#ef843c", "#e24d42", "#1f78c1", "#ba43a9", "#705da0"];

export function named(colour: string): string {
  return NAMED[colour] ?? colour;
}

/** A property that the panel sets for one series or column. */
export function override(panel: Panel, name: string, property: string): unknown {
  let value: unknown;
  // The last one that matches counts, as in Grafana.
  for (const { matcher, properties } of panel.fieldConfig?.overrides ?? []) {
    if (!matches(matcher, name)) continue;
    value = properties.find(({ id }) => id === property)?.value ?? value;
  }
  return value;
}

function matches({ id, options }: { readonly id: string; readonly options: string }, name: string): boolean {
  if (id !== "byRegexp") return options === name;
  // As Grafana writes it, between slashes.
  return new RegExp(options.slice(1, -1)).test(name);
}

export function colourOf(panel: Panel, name: string, index: number): string {
  const colour = override(panel, name, "color") as { fixedColor?: string } | undefined;
  if (colour?.fixedColor) return named(colour.fixedColor);
  const scheme = panel.fieldConfig?.defaults.color;
  if (scheme?.mode === "shades") return shade(named(scheme.fixedColor ?? ""), index);
  return PALETTE[index % PALETTE.length] as string;
}

/** The colour itself, then lighter and lighter. */
function shade(colour: string, index: number): string {
  const light = (channel: number) => Math.round(channel + (255 - channel) * (1 - 0.6 ** index));
  const channels = [1, 3, 5].map((at) => light(Number.parseInt(colour.slice(at, at + 2), 16)));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

type Thresholds = { readonly steps: readonly { readonly value: number | null; readonly color: string }[] };

export function thresholdColour(thresholds: Thresholds | undefined, value: number): string {
  let colour = "text";
  for (const step of thresholds?.steps ?? []) {
    if (step.value === null || value >= step.value) colour = step.color;
  }
  return thresholds ? named(colour) : "#ccccdc";
}
