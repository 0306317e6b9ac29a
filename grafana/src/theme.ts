/** Colours that mean the same on every dashboard. Names are Grafana's. */
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";

export const GOOD = "green";
export const BAD = "red";

/** Series names to colours. */
export type Colours = Readonly<Record<string, string>>;

export const OUTCOMES: Colours = {
  success: GOOD,
  client_error: "yellow",
  server_error: BAD,
  exception: "dark-red",
  timeout: "purple",
  canceled: "text",
};

/** Names that end in a status. */
export const STATUSES = [
  [/ [123]\d\d$/, GOOD],
  [/ 4\d\d$/, "yellow"],
  [/ 5\d\d$/, BAD],
  [/ 500$/, "dark-red"],
] as const;

export const PERCENTILES: Colours = { p50: "light-blue", p95: "blue", p99: "dark-purple" };

export const PUSH_RESULTS: Colours = {
  success: GOOD,
  refused: "dark-red",
  unavailable: "orange",
  unreachable: BAD,
  timeout: "purple",
  error: "dark-orange",
};

export function fixedColour(colour: string): DynamicConfigValue[] {
  return [{ id: "color", value: { mode: "fixed", fixedColor: colour } }];
}
