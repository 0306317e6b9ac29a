/** When services were last heard of, recorded for as long as a silence lasts, and from when on they are silent. */
import { LAST_PUSH, lastPush, SILENT, SILENT_AFTER } from "../query/presence.ts";
import type { Queries } from "../query/queries.ts";
import { REQUESTS, recordedGrowth } from "./growth.ts";
import type { Alert, RecordingRule } from "./rule.ts";

const GAP = "job:pushmeter_push_gap:seconds";
const USUAL_RATE = "job:pushmeter_usual_requests:rate1h";
/** Its own last value carries a series on. Longer than Prometheus itself is away. */
const CARRIED = "1d";
/** A service that is silent for so long is gone, and no longer reported. */
export const GONE_AFTER = 30 * 86_400;
/** Gaps count three times, those of the last day; of what runs more seldom, those of the last eight days. */
const PATIENCE = 3;
/** Requests per second from which on a silence wakes people up. */
const BUSY = 1;

export function presenceRules(q: Queries): RecordingRule[] {
  const carriedOn = (name: string) => `last_over_time(${name}[${CARRIED}])`;
  const pushing = `time() - ${LAST_PUSH} < ${SILENT}`;
  // While a service is silent, what was usual before must not fade.
  const whilePushing = (name: string, expr: string) =>
    `((${expr}) and on (job) ${pushing}) or on (job) (${carriedOn(name)} and on (job) ${LAST_PUSH})`;
  const longest = `(max_over_time(${GAP}[1d]) or max_over_time(${GAP}[8d]))`;
  return [
    {
      record: LAST_PUSH,
      expr: `${lastPush(q)} or on (job) (${carriedOn(LAST_PUSH)} > time() - ${GONE_AFTER})`,
    },
    { record: GAP, expr: `(${LAST_PUSH} - on (job) last_over_time(${LAST_PUSH}[${CARRIED}] offset 1m)) > 0` },
    {
      record: SILENT_AFTER,
      expr: whilePushing(SILENT_AFTER, `clamp_min(${PATIENCE} * ${longest}, ${SILENT})`),
    },
    {
      record: USUAL_RATE,
      expr: whilePushing(USUAL_RATE, `(${recordedGrowth(REQUESTS, "job", "1h")}) / 3600`),
    },
  ];
}

export function presenceAlerts(): Alert[] {
  const silence = `time() - ${LAST_PUSH} > on (job) ${SILENT_AFTER}`;
  const busy = `${USUAL_RATE} >= ${BUSY}`;
  const about = {
    alert: "ServiceSilent",
    summary: "Nothing has been heard of {{ $labels.job }} for {{ $value | humanizeDuration }}",
    description:
      "It usually pushes at least three times as often. Either nothing calls it, or its pushes do not get through.",
    dashboard: "pushmeter-push-health",
  };
  return [
    { ...about, expr: `${silence} and on (job) ${busy}`, severity: "page" },
    { ...about, expr: `${silence} unless on (job) ${busy}`, severity: "ticket" },
  ];
}
