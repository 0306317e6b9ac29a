/** `/metrics`: the newest value of every series, in Prometheus's text format. */
import type { Database, Series } from "../storage/database.ts";

export function exposition(database: Database): string {
  const lines: string[] = [];
  for (const name of database.names()) {
    const series = [...database.series(name)].filter(({ hasEnded }) => !hasEnded);
    const [first] = series;
    if (!first) continue;
    // The series of a histogram have three names, and a type stands under one.
    if (first.type && first.type !== "histogram") lines.push(`# TYPE ${name} ${first.type}`);
    for (const one of series) lines.push(line(one));
  }
  return lines.map((each) => `${each}\n`).join("");
}

function line({ name, labels, samples }: Series): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return `${name}${pairs.length ? `{${pairs.join()}}` : ""} ${formatted(samples.value(-1))}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** As Prometheus writes numbers. */
export function formatted(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : `${value}`;
}
