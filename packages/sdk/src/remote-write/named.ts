/** The series that a refusal names: it saves the search for them. */
import type { Entry } from "./ledger.ts";

/** Lines of an answer that are read. */
const MOST_LINES = 20;

/**
 * Prometheus writes `{__name__="a", b="c"}`, a line for each; Mimir and Cortex write one, `a{b="c"}`, cut after some
 * 200 characters. Empty if the text names none; several for one name that was cut.
 *
 * @param target - the labels `job` and `instance`.
 */
export function namedIn(
  text: string,
  entries: readonly Entry[],
  target: Readonly<Record<string, string>>,
): Entry[] {
  const found = new Set<Entry>();
  for (const line of text.replaceAll("\\", "").split("\n", MOST_LINES)) {
    let longest = 1;
    let best: Entry[] = [];
    for (const entry of entries) {
      const { name } = entry.series;
      if (!line.includes(name)) continue;
      for (const form of forms(entry, target)) {
        const length = common(line, form, name);
        if (length < longest) continue;
        if (length > longest) best = [];
        longest = length;
        best.push(entry);
      }
    }
    for (const entry of best) found.add(entry);
  }
  return [...found];
}

function forms({ series: { name, labels, le } }: Entry, target: Readonly<Record<string, string>>): string[] {
  const all: Record<string, string> = { ...labels, ...target, ...(le && { le }) };
  const pairs = Object.keys(all)
    .sort()
    .map((key) => `${key}="${all[key]?.replaceAll("\\", "")}"`)
    .join(", ");
  return [`${name}{${pairs}}`, `{__name__="${name}", ${pairs}}`];
}

/** How much of the form stands in the line: all of it, or all until the line's own cut; else 0. */
function common(line: string, form: string, name: string): number {
  const start = line.indexOf(form.startsWith("{") ? form.slice(0, name.length + 13) : `${name}{`);
  if (start < 0) return 0;
  let length = 0;
  while (length < form.length && form[length] === line[start + length]) length++;
  // What comes after a cut: an ellipsis or the quotation mark around the whole; nothing after the whole answer.
  return length === form.length || /^(…|\.\.\.|'|"( |$)|$)/.test(line.slice(start + length)) ? length : 0;
}
