/** What every part of the bench hands back. */

/** A limit that was set, and how it came out. */
export interface Bar {
  readonly name: string;
  readonly met: boolean;
  /** The measured value and the limit. */
  readonly figures: string;
}

export interface Result {
  readonly title: string;
  /** The first row names the columns. */
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly bars: readonly Bar[];
  /** The same unrounded, for `--json`. */
  readonly data: unknown;
}

/** Says how far things are. */
export type Progress = (text: string) => void;

export type Part = (progress: Progress) => Promise<Result>;
