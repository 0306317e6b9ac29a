import type { Progress, Result } from "../part.ts";
import { bounded, INSTANCES, SERIES as ROUTES } from "./bounded.ts";
import { SERIES, throughput } from "./throughput.ts";

export async function aggregator(progress: Progress): Promise<Result> {
  const rates = await throughput(progress);
  const { first, last, total } = bounded();
  const expected = INSTANCES * ROUTES * 20;
  const ratio = rates.aggregator / rates.bare;
  const kilobytes = ({ stored }: { stored: number }) => `${(stored / 1000).toFixed(1)} kB`;
  return {
    title: `One aggregator object: persisted batches of ${SERIES} series a second, and what ${INSTANCES} instances leave in it`,
    rows: [
      ["object", "batches/s", "ratio"],
      ["stores one blob per call, nothing else", rates.bare.toFixed(0), "1.00"],
      ["aggregator", rates.aggregator.toFixed(0), ratio.toFixed(2)],
      ["answers, stores nothing", rates.idle.toFixed(0), (rates.idle / rates.bare).toFixed(2)],
    ],
    notes: [
      `${INSTANCES} instances × ${ROUTES} series, ten simulated minutes: ${kilobytes(first)} stored after one ` +
        `minute, ${kilobytes(last)} after ten; ${last.series} series; total ${total} of ${expected}.`,
    ],
    bars: [
      {
        name: "aggregator takes at least half as many batches as the bare object",
        met: ratio >= 0.5,
        figures: `${ratio.toFixed(2)}, at least 0.50`,
      },
      {
        name: "what a thousand instances leave does not grow with time",
        met: last.stored <= first.stored * 1.2 && total === expected,
        figures: `${kilobytes(last)}, at most ${kilobytes({ stored: first.stored * 1.2 })}`,
      },
    ],
    data: { ...rates, ratio, first, last },
  };
}
