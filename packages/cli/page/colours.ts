/** Each outcome and percentile has a colour and a dash: no line is told by its colour alone. */
import type { Outcome } from "../src/dev/model/roles.ts";

export interface Stroke {
  /** Of a variable in style.css. */
  readonly colour: string;
  readonly dash: readonly number[];
}

export const OUTCOME_STROKES: Readonly<Record<Outcome, Stroke>> = {
  success: { colour: "--ok", dash: [] },
  client_error: { colour: "--warn", dash: [8, 3] },
  server_error: { colour: "--serious", dash: [3, 3] },
  exception: { colour: "--bad", dash: [8, 3, 2, 3] },
  timeout: { colour: "--timeout", dash: [2, 4] },
  canceled: { colour: "--neutral", dash: [12, 4] },
};

export const PERCENTILE_STROKES: Readonly<Record<"p50" | "p95" | "p99", Stroke>> = {
  p50: { colour: "--neutral", dash: [3, 3] },
  p95: { colour: "--ok", dash: [] },
  p99: { colour: "--warn", dash: [8, 3] },
};

export function colourOf(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim();
}
