/** What Prometheus has to say of the senders after a storm. */
import { until } from "@pushmeter/testkit/poll";
import type { Prometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect } from "vitest";
import type { Senders } from "./senders.ts";

const NAMES = ["logins_total", "sizes_bytes_count", "sizes_bytes_sum", "sizes_bytes_bucket"];

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
  const one = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? 0;
  expect(await one("sum(last_over_time(sizes_bytes_sum[1h]))")).toBe(senders.logins);
  for (const name of NAMES) expect(await one(`sum(resets(${name}[1h]))`), name).toBe(0);
  let extrapolated = 0;
  for (const { labels, samples } of await prometheus.queryRange("logins_total[1h]")) {
    const values = samples.map(([, value]) => value);
    extrapolated += ((values.at(-1) ?? 0) * 1.1) / (values.length - 1);
    expect(values[0], JSON.stringify(labels)).toBe(0);
    expect(values, JSON.stringify(labels)).toEqual([...values].sort((a, b) => a - b));
  }
  const increase = await one("sum(increase(logins_total[1h]))");
  expect(increase).toBeGreaterThan(senders.logins * (1 - 1e-9));
  expect(increase).toBeLessThan((senders.logins + extrapolated) * (1 + 1e-9));
  return increase / senders.logins - 1;
}
