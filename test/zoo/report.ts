/** The table of a fault test: one line for each receiver and wire. */

import type { Fault, Wire } from "@pushmeter/testkit/receivers/types";
import type { Kind } from "@pushmeter/testkit/receivers/zoo";
import { table } from "@pushmeter/testkit/table";
import type { Outcome } from "./run.ts";
import { type Findings, noFindings } from "./verdict.ts";

const MOST_REQUESTS = 10;

interface Row {
  readonly kind: Kind;
  readonly wire: Wire;
  runs: number;
  pushes: number;
  readonly wrong: Set<string>;
  readonly findings: Findings;
  readonly increases: number[];
}

/** Whether something was found that is not the receiver's own doing. */
export function isWrong(kind: Kind, wire: Wire, findings: Findings): boolean {
  const own = kind.traits.own?.[wire] ?? [];
  return (Object.entries(findings) as [Fault, number][]).some(
    ([name, count]) => count > (name === "requests" ? MOST_REQUESTS : 0) && !own.includes(name),
  );
}

export class Report {
  readonly #broken: string[] = [];
  readonly #rows = new Map<string, Row>();

  /** True if it is wrong. */
  add(kind: Kind, wire: Wire, schedule: string, { findings, pushes, increase }: Outcome): boolean {
    const key = `${kind.name} ${wire}`;
    const row: Row = this.#rows.get(key) ?? {
      kind,
      wire,
      runs: 0,
      pushes: 0,
      wrong: new Set(),
      findings: noFindings(),
      increases: [],
    };
    this.#rows.set(key, row);
    row.runs++;
    row.pushes += pushes;
    for (const [name, count] of Object.entries(findings) as [Fault, number][]) {
      const isMaximum = name === "requests" || name === "growth";
      row.findings[name] = isMaximum ? Math.max(row.findings[name], count) : row.findings[name] + count;
    }
    if (increase !== undefined) row.increases.push(increase);
    const wrong = isWrong(kind, wire, findings);
    if (wrong) row.wrong.add(schedule);
    return wrong;
  }

  /** A run that has no outcome, because the receiver or the test itself failed. */
  broke(title: string): void {
    this.#broken.push(title);
  }

  get isClean(): boolean {
    return !this.#broken.length && [...this.#rows.values()].every(({ wrong }) => !wrong.size);
  }

  lines(): string[] {
    const head = [
      "receiver",
      "wire",
      "runs",
      "wrong",
      "pushes",
      "lost",
      "double",
      "resets",
      "zeros",
      "requests",
      "silent",
      "alarms",
      "ahead",
      "growth",
      "increase",
    ];
    const rows = Array.from(
      this.#rows.values(),
      ({ kind, wire, runs, pushes, wrong, findings, increases }) => {
        const own = kind.traits.own?.[wire] ?? [];
        const cell = (name: Fault, text = `${findings[name]}`) => (own.includes(name) ? `(${text})` : text);
        const mean = increases.reduce((sum, share) => sum + share, 0) / increases.length;
        return [
          kind.name,
          wire,
          `${runs}`,
          `${wrong.size}`,
          `${pushes}`,
          cell("lost"),
          cell("double"),
          cell("resets"),
          cell("zeros"),
          cell("requests"),
          cell("silent"),
          cell("alarms"),
          cell("ahead"),
          cell("growth", percent(findings.growth)),
          increases.length ? percent(mean - 1) : "–",
        ];
      },
    );
    return [
      ...table([head, ...rows], 2),
      ...this.#broken.map((title) => `Broke off: ${title}`),
      "",
      "In brackets: the receiver's own doing. requests: most of one push. growth: furthest from the truth, by",
      "subtraction, by `anchored`, and by `increase` beyond its extrapolation. increase: its mean over all runs.",
    ];
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share && Math.abs(share) < 0.1 ? 2 : 0)} %`;
}
