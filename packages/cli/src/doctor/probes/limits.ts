/** Limits that a usual instance of pushmeter meets: on labels, and on new series. */
import { isOk } from "../answer.ts";
import { gauge } from "../canary.ts";
import { fact, type Outcome } from "../finding.ts";
import type { Session } from "../session.ts";
import { explain } from "./refused.ts";

/** Bytes: pushmeter cuts longer values. */
const LONGEST_VALUE = 1024;
/** Of a request with resource attributes promoted to labels. */
const MOST_LABELS = 15;
/** What one instance begins with: two routes. */
const NEW_SERIES = 40;

export async function labelLimits(session: Session): Promise<Outcome> {
  const names = Array.from({ length: MOST_LABELS - 5 }, (_, n) => [`label_${n}`, "value"]);
  const long = "x".repeat(LONGEST_VALUE);
  const attributes = { ...Object.fromEntries(names), run: session.run, check: "labels", long };
  const answer = await session.write([gauge(session.now(), { value: 1, attributes })]);
  return isOk(answer)
    ? fact(
        "labels",
        `${MOST_LABELS} labels, and values of ${LONGEST_VALUE.toLocaleString("en")} bytes, are taken`,
      )
    : { findings: [await explain(session, answer)] };
}

export async function seriesLimit(session: Session): Promise<Outcome> {
  const points = Array.from({ length: NEW_SERIES }, (_, n) => ({
    value: n,
    attributes: { run: session.run, check: "series", n: `${n}` },
  }));
  const answer = await session.write([gauge(session.now(), ...points)]);
  return isOk(answer)
    ? fact("series", `${NEW_SERIES} new ones are taken`)
    : { findings: [await explain(session, answer)] };
}
