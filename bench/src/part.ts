/** A part of the bench: one question, answered by one table. */
import type { Bar } from "./bars.ts";

export interface Result {
  readonly title: string;
  /** The first row names the columns. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly bars: readonly Bar[];
  /** The same unrounded, for `--json`. */
  readonly data: unknown;
}

/** Called with a text that says how far the part is. */
export type Progress = (text: string) => void;

export type Part = (progress: Progress) => Promise<Result>;
