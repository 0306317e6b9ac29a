/** The table of a fault test: receiver × wire × schedule, and the sum of each receiver and wire. */
import type { Fault } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import { type Kind, ZOO } from "@pushmeter/testkit/receivers/zoo";
import { table } from "@pushmeter/testkit/table";
import type { Result } from "./results.ts";
import type { Outcome } from "./run.ts";
import { isFarAhead, SCHEDULES } from "./schedule.ts";
import { type Findings, noFindings } from "./verdict.ts";

const MOST_REQUESTS = 10;
const MAXIMA: readonly Fault[] = ["requests", "growth"];
const FAULTS = Object.keys(noFindings()) as Fault[];
const TOO_FAR_AHEAD = SCHEDULES.filter(isFarAhead).map(({ name }) => name);

/** What is found in a run through the receiver's own doing, if it is found. */
function ownFaults({ traits }: Kind, wire: Wire, schedule: string, dropped: number): readonly Fault[] {
  const { own, drops = [], dropsFuture } = traits;
  const told: readonly Fault[] = dropsFuture && TOO_FAR_AHEAD.includes(schedule) ? ["lost", ...drops] : drops;
  return [...(own?.[wire] ?? []), ...(dropped ? told : [])];
}

/** Whether something was found that is not the receiver's own doing. */
export function isWrong(kind: Kind, wire: Wire, schedule: string, outcome: Outcome): boolean {
  const own = ownFaults(kind, wire, schedule, outcome.dropped);
  return FAULTS.some(
    (name) => outcome.findings[name] > (name === "requests" ? MOST_REQUESTS : 0) && !own.includes(name),
  );
}

interface Row {
  readonly kind: Kind;
  readonly wire: Wire;
  readonly line: string;
  runs: number;
  pushes: number;
  wrong: number;
  dropped: number;
  readonly findings: Findings;
  /** Everything that was found under this name is the receiver's own doing. */
  readonly own: Set<Fault>;
  readonly increases: number[];
}

const HEAD = ["receiver", "wire", "schedule", "runs", "wrong", "pushes", ...FAULTS, "increase", "told"];

const LEGEND = [
  "lost, double: events in the sums of last values. resets: times that a series falls. zeros: counters that do not",
  "begin with exactly one. requests: most of one push. silent: pushes reported as stored while something was missing,",
  "or failed without a word. alarms: pushes reported as failed while all was stored and nothing had gone wrong. ahead:",
  "runs whose last push stands at another time. growth: furthest from the truth, by subtraction, by `anchored`, and",
  "by `increase` beyond its extrapolation. increase: its mean over all runs. In brackets: the receiver's own doing.",
];

export class Report {
  readonly #rows = new Map<string, Row>();
  readonly #sums = new Map<string, Row>();
  readonly #wrong: string[] = [];

  constructor(results: readonly Result[]) {
    for (const { receiver, wire, schedule, line, outcome } of results) {
      const kind = ZOO.find(({ name }) => name === receiver);
      if (!kind) continue;
      const wrong = !outcome || isWrong(kind, wire, schedule, outcome);
      if (wrong) {
        this.#wrong.push(`${receiver} · ${wire} · ${schedule}: ${outcome?.notes.join("; ") ?? "broke off"}`);
      }
      const own = outcome ? ownFaults(kind, wire, schedule, outcome.dropped) : [];
      const rows: [Map<string, Row>, string][] = [
        [this.#rows, line],
        [this.#sums, "all"],
      ];
      for (const [map, name] of rows) {
        const row = rowOf(map, kind, wire, name);
        row.runs++;
        if (wrong) row.wrong++;
        if (outcome) addTo(row, outcome, own);
      }
    }
  }

  get isClean(): boolean {
    return !this.#wrong.length;
  }

  /** @param isBrief - only the sums of each receiver and wire. */
  lines(isBrief = false): string[] {
    const inOrder = (rows: Iterable<Row>) =>
      [...rows].sort((a, b) => ZOO.indexOf(a.kind) - ZOO.indexOf(b.kind) || compare(a.wire, b.wire));
    const rows = [...(isBrief ? [] : inOrder(this.#rows.values())), ...inOrder(this.#sums.values())];
    const metrics = new Set(rows.flatMap(({ kind }) => kind.traits.tells ?? []));
    return [
      ...table([HEAD, ...rows.map(cells)], 3),
      "",
      ...this.#wrong.map((text) => `Wrong: ${text}`),
      ...LEGEND,
      ...(metrics.size ? [`told: what the receiver counts itself, in ${[...metrics].join(" and ")}.`] : []),
    ];
  }
}

function rowOf(rows: Map<string, Row>, kind: Kind, wire: Wire, line: string): Row {
  const key = JSON.stringify([kind.name, wire, line]);
  const row = rows.get(key) ?? {
    kind,
    wire,
    line,
    runs: 0,
    pushes: 0,
    wrong: 0,
    dropped: 0,
    findings: noFindings(),
    own: new Set<Fault>(FAULTS),
    increases: [],
  };
  rows.set(key, row);
  return row;
}

function addTo(row: Row, { findings, pushes, increase, dropped }: Outcome, own: readonly Fault[]): void {
  row.pushes += pushes;
  row.dropped += dropped;
  for (const name of FAULTS) {
    const [sum, count] = [row.findings[name], findings[name]];
    row.findings[name] = MAXIMA.includes(name) ? Math.max(sum, count) : sum + count;
    if (count && !own.includes(name)) row.own.delete(name);
  }
  if (increase !== undefined) row.increases.push(increase);
}

function cells({ kind, wire, line, runs, wrong, pushes, findings, own, increases, dropped }: Row): string[] {
  const cell = (name: Fault) => {
    const text = name === "growth" ? percent(findings.growth) : `${findings[name]}`;
    return findings[name] && own.has(name) ? `(${text})` : text;
  };
  const mean = increases.reduce((sum, share) => sum + share, 0) / increases.length;
  return [
    kind.name,
    wire,
    line,
    `${runs}`,
    `${wrong}`,
    `${pushes}`,
    ...FAULTS.map(cell),
    increases.length ? percent(mean - 1) : "–",
    kind.traits.tells ? `${dropped}` : "",
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share && Math.abs(share) < 0.1 ? 2 : 0)} %`;
}
