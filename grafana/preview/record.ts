/** What recording rules would have recorded over a stretch of the past, written into the Prometheus they read. */
import type { Prometheus } from "../read/prometheus.ts";
import type { RuleGroup } from "../src/rules/rule.ts";
import { writeSeries } from "../traffic/backfill.ts";

/** Seconds between evaluations, as the rules' own interval. */
const EVERY = 60;

/** @param groups - in the order in which they read each other. Rules that read their own past see none of it. */
export async function record(
  prometheus: Prometheus,
  groups: readonly RuleGroup[],
  { start, end }: { readonly start: number; readonly end: number },
): Promise<void> {
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    if (!("record" in rule)) continue;
    const found = await prometheus.range(rule.expr, start, end, EVERY);
    const series = found.map(({ labels, samples }) => ({
      labels: { ...labels, ...rule.labels, __name__: rule.record },
      samples: samples.map(([time, value]) => [time * 1000, value] as const),
    }));
    if (series.length) await writeSeries([prometheus.writeUrl], series);
  }
}
