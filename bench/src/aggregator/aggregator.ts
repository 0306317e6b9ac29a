import type { Progress, Result } from "../part.ts";
import { bounded, INSTANCES, SERIES as ROUTES } from "./bounded.ts";
import { ANSWER, large, SETS } from "./large.ts";
import { pricesOf } from "./prices.ts";
import { SERIES, throughput } from "./throughput.ts";

/** Of 128 MB that the platform gives to all objects of an isolate. */
const MEMORY_LIMIT = 64_000_000;
const INTERVAL = 15_000;

export async function aggregator(progress: Progress): Promise<Result> {
  const rates = await throughput(progress);
  const { five, ten, batches } = await bounded(progress);
  const largest = await large(progress);
  const expected = INSTANCES * 20;
  const ratio = rates.aggregator / rates.bare;
  const megabytes = (bytes = Number.NaN) => `${(bytes / 1e6).toFixed(1)} MB`;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const [stored, memory] = [ten.stored / five.stored, (ten.memory ?? 0) / (five.memory ?? 1)];
  return {
    title: `One aggregator object: persisted batches of ${SERIES} series a second, and what ${INSTANCES} instances leave in it`,
    rows: [
      ["object", "batches/s", "ratio"],
      ["stores one blob per call, nothing else", rates.bare.toFixed(0), "1.00"],
      ["aggregator", rates.aggregator.toFixed(0), ratio.toFixed(2)],
      ["answers, stores nothing", rates.idle.toFixed(0), (rates.idle / rates.bare).toFixed(2)],
    ],
    notes: [
      `${INSTANCES} instances × ${ROUTES} series, ten simulated minutes, ${batches} of ${expected} batches: ` +
        `${megabytes(five.stored)} stored and ${megabytes(five.memory)} of memory after five minutes, ` +
        `${megabytes(ten.stored)} and ${megabytes(ten.memory)} after ten.`,
      `${SETS.toLocaleString("en")} label sets of histograms with 15 bounds, ${largest.series.toLocaleString("en")} ` +
        `series in Prometheus: ${megabytes(largest.memory)} of heap, ${megabytes(largest.peak)} at most; a heartbeat at ` +
        `${ANSWER} ms an answer ${seconds(largest.next)}, the first one, with all zeros, ${seconds(largest.first)}.`,
      ...pricesOf().map(({ rate, ours, analyticsEngine, vendor }) => {
        const money = (dollars: number) => `$${dollars.toFixed(2)}`;
        return (
          `${rate.toLocaleString("en")} requests/s: ${money(ours)} a month, Analytics Engine ${money(analyticsEngine)}, ` +
          `a vendor's series per instance ${money(vendor)}.`
        );
      }),
    ],
    bars: [
      {
        name: "aggregator takes at least half as many batches as the bare object",
        met: ratio >= 0.5,
        figures: `${ratio.toFixed(2)}, at least 0.50`,
      },
      {
        name: "what a thousand instances leave does not grow with time",
        met: stored <= 1.2 && memory <= 1.25 && batches === expected,
        figures: `storage ${stored.toFixed(2)} ×, at most 1.20; memory ${memory.toFixed(2)} ×, at most 1.25`,
      },
      {
        name: "the largest shard fits into memory",
        met: largest.memory <= MEMORY_LIMIT,
        figures: `${megabytes(largest.memory)}, at most ${megabytes(MEMORY_LIMIT)}`,
      },
      {
        name: "the largest shard is pushed within one heartbeat",
        met: largest.failures === 0 && largest.next <= INTERVAL,
        figures: `${seconds(largest.next)}, at most ${seconds(INTERVAL)}`,
      },
    ],
    data: { ...rates, ratio, five, ten, largest },
  };
}
