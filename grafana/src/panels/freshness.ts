import { QUIET, sinceLastPush } from "../presence.ts";
import { BAD, GOOD } from "../theme.ts";
import type { PanelBuilder } from "./panel.ts";
import { stat } from "./stat.ts";

/** Seconds without a push, for colours. */
export const AGES = [
  [null, GOOD],
  [QUIET, "orange"],
  [180, BAD],
] as const;

/** The youngest data of all chosen services. */
export function lastPush(): PanelBuilder {
  return stat({
    title: "Last push",
    description:
      "Time since the youngest data. An edge service without requests pushes nothing, so at night this may grow.",
    unit: "s",
    decimals: 0,
    thresholds: AGES,
    noValue: "over 5 min",
    queries: [{ expr: `min(${sinceLastPush()})` }],
  });
}
