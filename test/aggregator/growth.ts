/** What Prometheus has to say of the senders' histogram and counter after a storm. */
import type { Prometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect } from "vitest";

const NAMES = ["logins_total", "sizes_bytes_count", "sizes_bytes_sum", "sizes_bytes_bucket"];

/**
 * No series falls, every counter begins with one zero, and growth is what happened, but for what Prometheus adds for
 * the time after the last sample.
 *
 * @param logins - that happened.
 * @param sizes - of them, those that are in the histogram.
 * @returns by how much `increase` differs, as a fraction.
 */
export async function expectGrowth(prometheus: Prometheus, logins: number, sizes: number): Promise<number> {
  const one = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? 0;
  expect(await one("sum(last_over_time(sizes_bytes_sum[1h]))")).toBe(sizes);
  for (const name of NAMES) expect(await one(`sum(resets(${name}[1h]))`), name).toBe(0);
  let extrapolated = 0;
  for (const { labels, samples } of await prometheus.queryRange("logins_total[1h]")) {
    const values = samples.map(([, value]) => value);
    // Prometheus adds up to 1.1 average intervals at the end, and nothing before the zero.
    extrapolated += ((values.at(-1) ?? 0) * 1.1) / (values.length - 1);
    expect(values[0], JSON.stringify(labels)).toBe(0);
    expect(values, JSON.stringify(labels)).toEqual([...values].sort((a, b) => a - b));
  }
  const increase = await one("sum(increase(logins_total[1h]))");
  expect(increase).toBeGreaterThan(logins * (1 - 1e-9));
  expect(increase).toBeLessThan((logins + extrapolated) * (1 + 1e-9));
  return increase / logins - 1;
}
