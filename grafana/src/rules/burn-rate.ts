/**
 * Alerts by how fast an error budget burns, each over a long and a short window: the long one says that it
 * matters, the short one that it still goes on.
 */
import { BURNS } from "./burns.ts";
import { recordedGrowth, recordedShare } from "./growth.ts";
import type { Alert, RecordingRule } from "./rule.ts";
import { SLO_ALL, SLO_BAD, SLO_LABELS, SLO_TARGET } from "./slo.ts";

/** With fewer requests in the long window, one failure would be a large part: no alert. */
const LEAST_REQUESTS = 60;
/** The objectives' own period. */
export const PERIOD = "30d";

export const BAD_RATIO = "slo:requests_bad:ratio";
export const BUDGET_LEFT = "slo:budget_left:ratio";

export function ratioRules(): RecordingRule[] {
  const windows = [...new Set(BURNS.flatMap(({ long, short }) => [short, long]))];
  return windows.map((window) => ({
    record: `${BAD_RATIO}_${window}`,
    // One evaluation is a window already.
    expr: recordedShare(SLO_BAD, SLO_ALL, SLO_LABELS, window === "5m" ? "1m" : window),
  }));
}

export function budgetRules(): RecordingRule[] {
  const ratio = recordedShare(SLO_BAD, SLO_ALL, SLO_LABELS, PERIOD);
  return [{ record: BUDGET_LEFT, expr: `1 - (${ratio}) / on (${SLO_LABELS}) (1 - ${SLO_TARGET})` }];
}

export function burnAlerts(): Alert[] {
  return BURNS.map(({ long, short, factor, severity }) => {
    const burning = (window: string) =>
      `${BAD_RATIO}_${window} > on (${SLO_LABELS}) ${factor} * (1 - ${SLO_TARGET})`;
    return {
      alert: "BudgetBurning",
      expr:
        `${burning(long)} and on (${SLO_LABELS}) ${burning(short)}` +
        ` and on (${SLO_LABELS}) ${recordedGrowth(SLO_ALL, SLO_LABELS, long)} >= ${LEAST_REQUESTS}`,
      // One evaluation may see half of a push.
      for: "1m",
      severity,
      labels: { window: long },
      summary: "{{ $labels.job }} {{ $labels.http_route }} misses its objective: {{ $labels.objective }}",
      description: `{{ $value | humanizePercentage }} of the requests within ${long} were bad, and it still goes on: ${factor} times as many as the objective allows.`,
      dashboard: "pushmeter-objectives",
    };
  });
}
