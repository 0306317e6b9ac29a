/** What Prometheus has to say of the senders after a storm. */
import { until } from "@pushmeter/testkit/poll";
import type { Prometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect } from "vitest";
import { expectGrowth } from "../aggregator/growth.ts";
import type { Senders } from "./senders.ts";

/**
 * Totals are exact, no series falls, every counter begins with one zero, and growth is what happened, but for what
 * Prometheus adds for the time after the last sample.
 *
 * @returns by how much `increase` differs, as a fraction.
 */
export async function expectExact(prometheus: Prometheus, senders: Senders): Promise<number> {
  const totals = async () => {
    const found = await prometheus.query("sum by (result) (last_over_time(logins_total[1h]))");
    return Object.fromEntries(found.map(({ labels, value }) => [labels.result ?? "", value]));
  };
  await until(`all is counted: ${JSON.stringify([...senders.happened])}`, totals, (seen) => {
    for (const [result, n] of senders.happened) expect(seen[result] ?? 0, result).toBeLessThanOrEqual(n);
    return [...senders.happened].every(([result, n]) => seen[result] === n);
  });
  return expectGrowth(prometheus, senders.logins, senders.logins);
}
