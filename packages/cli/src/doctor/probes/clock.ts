/** How far this machine's clock and the receiver's are apart, by the header `Date` of its answers. */
import { fact, type Outcome } from "../finding.ts";
import { clockFinding } from "../refusal.ts";
import type { Session } from "../session.ts";

/** From here on it shows in rates; receivers refuse samples from ten minutes ahead on. */
const LARGEST = 30_000;

export async function clock({ skew }: Session): Promise<Outcome> {
  if (skew === undefined) return {};
  if (Math.abs(skew) > LARGEST) return { findings: [clockFinding(skew)] };
  const seconds = Math.round(Math.abs(skew) / 1000);
  // The header has whole seconds, and its way here takes time.
  return fact("clocks", seconds > 1 ? `${seconds} s apart` : "agree to the second");
}
