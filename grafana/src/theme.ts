/**
 * Colours that mean the same on every dashboard, by Grafana's names. Chosen so that people who cannot tell green
 * from red can tell them apart: docs/dashboards.md has the distances. No state is told by its colour alone.
 */
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";

export const OK = "blue";
export const WARN = "light-yellow";
export const SERIOUS = "dark-orange";
export const BAD = "red";
/** Neither good nor bad. */
export const NEUTRAL = "text";

/** Series names to colours. */
export type Colours = Readonly<Record<string, string>>;

export const OUTCOMES: Colours = {
  success: OK,
  client_error: WARN,
  server_error: SERIOUS,
  exception: BAD,
  timeout: "light-purple",
  canceled: NEUTRAL,
};

/** As the platform ended an invocation: limits as time-outs are, what a client does as neutral. */
export const PLATFORM_OUTCOMES: Colours = {
  ...OUTCOMES,
  exceededCpu: "light-purple",
  exceededMemory: "dark-purple",
  responseStreamDisconnected: "dark-yellow",
};

/** Names that end in a status. */
export const STATUSES = [
  [/ [123]\d\d$/, OK],
  [/ 4\d\d$/, WARN],
  [/ 5\d\d$/, SERIOUS],
  [/ 500$/, BAD],
] as const;

/** Names that are a status: else the first of them would be green. */
export const ERROR_STATUSES = [
  [/^5\d\d$/, SERIOUS],
  [/^500$/, BAD],
] as const;

export const PERCENTILES: Colours = { p50: NEUTRAL, p95: OK, p99: WARN };

export const PUSH_RESULTS: Colours = {
  success: OK,
  refused: BAD,
  unavailable: SERIOUS,
  unreachable: WARN,
  timeout: "light-purple",
  error: NEUTRAL,
};

export function fixedColour(colour: string): DynamicConfigValue[] {
  return [{ id: "color", value: { mode: "fixed", fixedColor: colour } }];
}
