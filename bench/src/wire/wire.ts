/** Remote write's cost: time to encode and compress, bytes per series, memory, beside peers and other formats. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { median } from "@pushmeter/testkit/statistics";
import type { Bar, Progress, Result } from "../part.ts";
import { type Encode, otlpJsonOf, peerOf, remoteWriteOf, textOf } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const SETS = Math.ceil(1000 / SERIES_PER_SET);
const SERIES = SETS * SERIES_PER_SET;
const WARMUP = 50;
const ROUNDS = 200;
const FASTER = 3;
const SMALLER = 0.5;
const MEMORY = 50e6;
/** With these flags no garbage is collected while the push is measured. */
const MEMORY_FLAGS = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

export async function wire(progress: Progress): Promise<Result> {
  const metrics = await recorded(SETS);
  const contenders: Record<string, Encode> = {
    "pushmeter, remote write 2.0": remoteWriteOf(metrics, "2.0"),
    "pushmeter, remote write 1.0": remoteWriteOf(metrics, "1.0"),
    "prometheus-remote-write": await peerOf(metrics),
    "OTLP/JSON, gzip": otlpJsonOf(metrics),
    "pushmeter, Pushgateway text, gzip": textOf(metrics),
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  const first = new Map<string, number>();
  const later = new Map<string, number>();
  // All contenders in each round, so that a disturbance hits all of them.
  for (let round = 0; round < WARMUP + ROUNDS; round++) {
    progress(`round ${round + 1} of ${WARMUP + ROUNDS}`);
    for (const [name, encode] of Object.entries(contenders)) {
      const start = performance.now();
      const size = await encode();
      if (round >= WARMUP) times.get(name)?.push(performance.now() - start);
      if (round === 0) first.set(name, size / SERIES);
      later.set(name, size / SERIES);
    }
  }
  const memory = Number(
    (await promisify(execFile)(process.execPath, [...MEMORY_FLAGS, join(import.meta.dirname, "memory.ts")]))
      .stdout,
  );

  const results = Object.keys(contenders).map((name) => ({
    name,
    milliseconds: median(times.get(name) ?? []),
    first: first.get(name) ?? 0,
    later: later.get(name) ?? 0,
  }));
  const [two, one, peer] = results as [Row, Row, Row];
  return {
    title: `Encoding and compressing ${SERIES} series of histograms, labels known`,
    rows: [
      ["", "median", "of 2.0", "bytes per series, first push", "later"],
      ...results.map(({ name, milliseconds, first, later }) => [
        name,
        `${milliseconds.toFixed(2)} ms`,
        `${(milliseconds / two.milliseconds).toFixed(1)} ×`,
        first.toFixed(1),
        later.toFixed(1),
      ]),
    ],
    notes: [
      "A first push has a sample of zero for every series; 2.0 sends start timestamps besides.",
      `A first push of 10,000 series allocates ${(memory / 1e6).toFixed(0)} MB in all, what is free again before it ends included.`,
    ],
    bars: [
      bar(
        `encode and compress, times faster than ${peer.name}`,
        peer.milliseconds / two.milliseconds,
        FASTER,
        true,
      ),
      bar("bytes of a first push, 2.0 of 1.0", two.first / one.first, SMALLER),
      bar("bytes of a later push, 2.0 of 1.0", two.later / one.later, SMALLER),
      bar("MB of memory for a push of 10,000 series", memory / 1e6, MEMORY / 1e6),
    ],
    data: { results, memory },
  };
}

interface Row {
  readonly name: string;
  readonly milliseconds: number;
  readonly first: number;
  readonly later: number;
}

function bar(name: string, value: number, limit: number, isFloor = false): Bar {
  return {
    name,
    met: isFloor ? value >= limit : value <= limit,
    figures: `${value.toFixed(2)}, ${isFloor ? "at least" : "at most"} ${limit}`,
  };
}
