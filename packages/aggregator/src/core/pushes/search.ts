/** Finds the series because of which a receiver refuses a whole request: so that it takes no other series along. */
import type { Sample } from "../outgoing.ts";
import type { Series } from "../series.ts";

/** `undefined`: the receiver cannot be reached. */
export type Answer = "stored" | "refused" | undefined;

export interface Found {
  /** Refused alone, while the receiver stores others. */
  readonly refused: readonly Series[];
  /** Those, and what was not tried. */
  readonly failed: readonly Series[];
  /** The receiver stores something, and can still be reached. */
  readonly isUseful: boolean;
}

/**
 * Halves a refused request until single series are refused.
 *
 * @param most - requests.
 */
export async function search(
  samples: readonly Sample[],
  most: number,
  ask: (samples: readonly Sample[]) => Promise<Answer>,
): Promise<Found> {
  const left = halvesOf(samples);
  const refused: Series[] = [];
  let isStored = false;
  for (let asked = 0; left.length && asked < most; asked++) {
    const part = left[0] as readonly Sample[];
    const answer = await ask(part);
    if (!answer) return { refused: [], failed: seriesOf([samples]), isUseful: false };
    left.shift();
    if (answer === "stored") isStored = true;
    else if (part.length > 1) left.unshift(...halvesOf(part));
    else refused.push(...seriesOf([part]));
  }
  if (!isStored) return { refused: [], failed: seriesOf([samples]), isUseful: false };
  return { refused, failed: [...refused, ...seriesOf(left)], isUseful: true };
}

function halvesOf(samples: readonly Sample[]): (readonly Sample[])[] {
  const middle = Math.ceil(samples.length / 2);
  return [samples.slice(0, middle), samples.slice(middle)];
}

function seriesOf(parts: readonly (readonly Sample[])[]): Series[] {
  return parts.flat().map(([series]) => series);
}
