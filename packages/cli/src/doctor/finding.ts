/** What the doctor finds: facts about what it examined, and findings about what is wrong with it. */

/** Something that is wrong, and what to do about it. */
export interface Finding {
  /** The same in every version, for scripts: `wrong-path`. */
  readonly code: string;
  /** One sentence. */
  readonly problem: string;
  /** One sentence that begins with a verb. */
  readonly fix: string;
}

/** A line of the report that is neither right nor wrong. */
export interface Fact {
  readonly about: string;
  readonly value: string;
}

/** What one probe or check comes to. */
export interface Outcome {
  readonly facts?: readonly Fact[];
  readonly findings?: readonly Finding[];
  /** Nothing that comes after it can succeed. */
  readonly ends?: boolean;
}

export const fact = (about: string, value: string): Outcome => ({ facts: [{ about, value }] });

export const finding = (code: string, problem: string, fix: string): Finding => ({ code, problem, fix });
