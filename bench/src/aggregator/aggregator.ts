/** One aggregator object: persisted batches a second, what instances leave in it, rows written. */
import { all, atLeast, atMost, count, megabytes, times } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import { BATCHES, bounded, INSTANCES, SERIES as ROUTES } from "./bounded.ts";
import { RATE, rows } from "./rows.ts";
import { SERIES, throughput } from "./throughput.ts";

export async function aggregator(progress: Progress): Promise<Result> {
  const rates = await throughput(progress);
  const { five, ten, batches } = await bounded(progress);
  const written = await rows(progress);
  const ratio = (value: number) => value / rates.bare;
  const perBatch = written.rows / written.batches;
  return {
    title: `One aggregator object: persisted batches of ${SERIES} series a second`,
    rows: [
      ["object", "batches/s", "ratio"],
      ["stores one blob per call, nothing else", rates.bare.toFixed(0), times(1)],
      ["aggregator", rates.aggregator.toFixed(0), times(ratio(rates.aggregator))],
      ["answers, stores nothing", rates.idle.toFixed(0), times(ratio(rates.idle))],
    ],
    notes: [
      `${INSTANCES} instances × ${ROUTES} series, ten simulated minutes, a batch of each every 30 s: ` +
        `${megabytes(five.stored)} stored and ${megabytes(five.memory)} of memory after five minutes, ` +
        `${megabytes(ten.stored)} and ${megabytes(ten.memory)} after ten.`,
      `At ${written.rate.toFixed(0)} batches/s, ${count(written.batches)} batches wrote ${count(written.rows)} rows, ` +
        "alarms and heartbeats included; their senders waited " +
        `${written.p50.toFixed(0)} ms (p50) and ${written.p99.toFixed(0)} ms (p99).`,
      "All in workerd on this machine. A snapshot, a deletion and an alarm are rows written, too.",
    ],
    bars: [
      atLeast(
        "aggregator: batches/s, of an object that only stores them",
        ratio(rates.aggregator),
        0.5,
        times,
      ),
      atMost("aggregator: stored after ten minutes, of five", ten.stored / five.stored, 1.2, times),
      atMost("aggregator: memory after ten minutes, of five", ten.memory / five.memory, 1.25, times),
      all("aggregator: batches of those instances stored", batches, BATCHES),
      atMost(`aggregator: rows written per batch at ${RATE} batches/s`, perBatch, 0.1),
      all(`aggregator: batches stored at ${RATE} batches/s`, written.stored, written.batches),
    ],
    data: { ...rates, ratio: ratio(rates.aggregator), five, ten, written },
  };
}
