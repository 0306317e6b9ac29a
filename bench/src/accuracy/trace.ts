/** When requests arrive: milliseconds from the start, in order. */
import { readFile } from "node:fs/promises";

const HOUR = 3_600_000;

/** The first column of a CSV file, in milliseconds; lines that do not start with a number are left out. */
export async function readTrace(file: string): Promise<number[]> {
  const lines = (await readFile(file, "utf8")).split("\n");
  const times = lines.flatMap((line) => {
    const [first = ""] = line.split(",");
    return first.trim() && Number.isFinite(Number(first)) ? [Number(first)] : [];
  });
  if (!times.length) throw new TypeError(`${file} has no line that starts with a number of milliseconds`);
  const start = Math.min(...times);
  return times.map((time) => time - start).sort((a, b) => a - b);
}

/** A synthetic hour of arrivals: about 2.5 per second, in waves of half an hour, a fifth of them in bursts. */
export function syntheticTrace(random: () => number): number[] {
  const times: number[] = [];
  for (let time = 0; ; ) {
    const rate = (2 * (1 + 0.7 * Math.sin((2 * Math.PI * time) / (HOUR / 2)))) / 1000;
    time += -Math.log(1 - random()) / Math.max(rate, 0.0001);
    if (time >= HOUR) break;
    times.push(Math.floor(time));
    if (random() < 0.02) {
      for (let n = Math.floor(random() * 20); n > 0; n--) times.push(Math.floor(time + random() * 2000));
    }
  }
  return times.sort((a, b) => a - b);
}
