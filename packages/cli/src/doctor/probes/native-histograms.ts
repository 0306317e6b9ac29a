/** Whether native histograms are really stored: some receivers acknowledge them and store nothing. */
import { isOk } from "../answer.ts";
import { CANARY, exponential } from "../canary.ts";
import { finding, type Outcome } from "../finding.ts";
import type { StoredSeries } from "../queries.ts";
import type { Session } from "../session.ts";

const MINUTE = 60_000;

/** What became of a native histogram. */
type Fate = "stored" | "converted" | "refused" | "dropped" | "unknown";

const SAYS: Readonly<Record<Fate, string>> = {
  stored: "stored",
  converted: "converted to the receiver's own ranges",
  refused: "refused; pushmeter sends classic ones instead",
  dropped: "acknowledged, and not stored",
  unknown: "taken; whether they are stored cannot be queried",
};

export async function nativeHistograms(session: Session): Promise<Outcome> {
  const now = session.now();
  const metric = exponential("native", { start: now - MINUTE, time: now, attributes: { run: session.run } });
  const answer = await session.write([metric]);
  // Whatever is stored of it.
  const stored = isOk(answer) ? await session.stored((series) => series.some(isNative)) : undefined;
  const fate = isOk(answer) ? fateOf(stored) : "refused";
  const value = SAYS[fate];
  const { nativeHistograms: isWanted } = session.target.wants;
  return {
    facts: [{ about: "native histograms", value }],
    findings: isWanted && fate !== "stored" && fate !== "unknown" ? [unwanted(fate)] : [],
  };
}

export function fateOf(stored: readonly StoredSeries[] | undefined): Fate {
  if (!stored) return "unknown";
  const found = stored.filter(isNative);
  if (found.some(({ histograms }) => histograms?.length)) return "stored";
  return found.length ? "converted" : "dropped";
}

function unwanted(fate: Fate) {
  return finding(
    "native-histograms",
    `The project sends native histograms, which are ${SAYS[fate]}`,
    "Switch them on in the receiver (docs/receivers.md says how), or leave out histograms: nativeHistograms()",
  );
}

const isNative = ({ metric }: StoredSeries): boolean =>
  (metric.__name__ ?? "").startsWith(`${CANARY}_native`);
