import type { Progress, Result } from "../part.ts";
import { bounded, INSTANCES, SERIES as ROUTES } from "./bounded.ts";
import { SERIES, throughput } from "./throughput.ts";

export async function aggregator(progress: Progress): Promise<Result> {
  const rates = await throughput(progress);
  const { five, ten, batches } = await bounded(progress);
  const expected = INSTANCES * 20;
  const ratio = rates.aggregator / rates.bare;
  const megabytes = (bytes = Number.NaN) => `${(bytes / 1e6).toFixed(1)} MB`;
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
    ],
    data: { ...rates, ratio, five, ten },
  };
}
