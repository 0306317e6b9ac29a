import { sinceLastPush } from "../query/presence.ts";
import type { Queries } from "../query/queries.ts";
import { NEUTRAL, OK, WARN } from "../theme.ts";
import type { PanelBuilder } from "./panel.ts";
import { stat } from "./stat.ts";

/** Seconds without a push, for colours. */
export const AGES = [
  [null, OK],
  [60, NEUTRAL],
  [300, WARN],
] as const;

/** A push is counted by the next: windows that span a receiver's absence. */
export const LONG = { window: "10m" };
export const LATE =
  "A push is counted by the next one: what fails shows once something has got through again.";
export const PER_MINUTE = "suffix:/min";

/** Of the chosen service that has been silent longest. */
export function lastPushStat(q: Queries): PanelBuilder {
  return stat({
    title: "Last push",
    description:
      "Time since the youngest data; of several services, of the one that has been silent longest. A service that nobody calls pushes nothing, so at night this may grow. Overview says whether it is unusual.",
    unit: "s",
    decimals: 0,
    thresholds: AGES,
    noValue: "nothing heard",
    queries: [{ expr: `max(${sinceLastPush(q)})` }],
  });
}
