/**
 * Alerts by how fast the error budget burns, each over a long and a short window: the long one says that it
 * matters, the short one that it still goes on. Factors and windows: Google, "The Site Reliability Workbook",
 * chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */
import type { Objective } from "./objective.ts";
import { LATENCY_RATIO, RATIO, requestsIn } from "./recording.ts";
import type { AlertingRule } from "./rule.ts";

export interface Burn {
  readonly long: string;
  readonly short: string;
  readonly factor: number;
  readonly severity: "page" | "ticket";
}

const BURNS: readonly Burn[] = [
  { long: "1h", short: "5m", factor: 14.4, severity: "page" },
  { long: "6h", short: "30m", factor: 6, severity: "page" },
  { long: "1d", short: "2h", factor: 3, severity: "ticket" },
  { long: "3d", short: "6h", factor: 1, severity: "ticket" },
];

interface Kind {
  readonly name: string;
  /** A recorded ratio's name up to its window. */
  readonly ratio: string;
  readonly budget: number;
  readonly summary: string;
  /** What its requests did. */
  readonly what: string;
}

/**
 * @throws RangeError for a factor times budget that no ratio exceeds: such an alert sleeps through a total
 * outage.
 */
export function burnAlerts(objective: Objective, burns: readonly Burn[] = BURNS): AlertingRule[] {
  const { service, availability, latency } = objective;
  const kinds: Kind[] = [
    {
      name: "ErrorBudgetBurn",
      ratio: RATIO,
      budget: 1 - availability,
      summary: `${service} fails too often`,
      what: "failed",
    },
    {
      name: "LatencyBudgetBurn",
      ratio: LATENCY_RATIO,
      budget: 1 - latency.share,
      summary: `${service} is too slow`,
      what: `took longer than ${latency.threshold} s`,
    },
  ];
  return kinds.flatMap((kind) => burns.map((burn) => alert(objective, kind, burn)));
}

function alert({ service, leastRequests }: Objective, kind: Kind, burn: Burn): AlertingRule {
  const { name, ratio, budget, summary, what } = kind;
  const { long, short, factor, severity } = burn;
  const limit = Number((factor * budget).toPrecision(6));
  if (limit >= 1) {
    throw new RangeError(
      `${name}: ${factor} times a budget of ${percent(budget)} is ${limit}; no ratio exceeds it, so that the ` +
        "alert could never fire. Promise more, or leave this window out",
    );
  }
  const job = `job="${service}"`;
  return {
    alert: name,
    expr:
      `${ratio}${long}{${job}} > ${limit} and ${ratio}${short}{${job}} > ${limit}` +
      ` and ${requestsIn(long)}{${job}} >= ${leastRequests}`,
    // One evaluation may see half of a push.
    for: "1m",
    labels: { severity, window: long },
    annotations: {
      summary,
      description:
        `{{ $value | humanizePercentage }} of its requests ${what} within ${long}, and it still goes on. ` +
        `The objective allows ${percent(budget)}.`,
    },
  };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
