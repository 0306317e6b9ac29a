/** The totals as metric families, with the labels that pushes give them. */
import { type Family, keyOf, type Labels, type Point, translate } from "@pushmeter/sdk/prometheus";
import { jobOf } from "./model.ts";
import { outgoing, type Sample } from "./outgoing.ts";
import type { Target } from "./shard.ts";

/**
 * @param target - of the shard, with the prefix of its name.
 * @param extra - labels that all series get besides their own.
 */
export function familiesOf(samples: Iterable<Sample>, target: Target, extra: Labels | undefined): Family[] {
  const { families } = translate(outgoing(samples, target, 0, extra), { reserved: ["job", "instance"] });
  const own = { job: jobOf(target.resource), instance: target.shard };
  return families.map((family) => {
    const points = new Map<string, Point>();
    for (const { labels, start, value } of family.points.values()) {
      const all = { ...labels, ...own };
      points.set(keyOf(all), { labels: all, start, value });
    }
    return { ...family, points };
  });
}
