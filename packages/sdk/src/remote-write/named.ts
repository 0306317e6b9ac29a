/** The series that a refusal names: it saves the search for them. */
import type { Labels } from "../prometheus/labels.ts";
import type { Entry } from "./ledger.ts";

/** Lines of an answer that are read. */
const MOST_LINES = 20;

/**
 * Prometheus writes `{__name__="a", b="c"}`, a line for each; Mimir and Cortex write one, `a{b="c"}`, cut after some
 * 200 characters. Of each line the series that agrees with it furthest, if there is only one.
 *
 * @param target - the labels `job` and `instance`.
 */
export function namedIn(text: string, entries: readonly Entry[], target: Labels): Entry[] {
  const found = new Set<Entry>();
  const plain = text.replaceAll("\\", "").replace(/\{__name__="(\w+)", /g, "$1{");
  for (const line of plain.split("\n", MOST_LINES)) {
    let [longest, best]: [number, Entry | undefined] = [0, undefined];
    for (const entry of entries) {
      const start = line.indexOf(`${entry.series.name}{`);
      const form = start < 0 ? "" : written(entry, target);
      let length = 0;
      while (length < form.length && form[length] === line[start + length]) length++;
      if (length && length === longest) best = undefined;
      if (length > longest) [longest, best] = [length, entry];
    }
    if (best) found.add(best);
  }
  return [...found];
}

function written({ series: { name, labels, le } }: Entry, target: Labels): string {
  const all: Labels = { ...labels, ...target, ...(le && { le }) };
  const pairs = Object.keys(all).sort();
  return `${name}{${pairs.map((key) => `${key}="${all[key]?.replaceAll("\\", "")}"`).join(", ")}}`;
}
