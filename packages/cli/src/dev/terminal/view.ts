/** The terminal view: the newest snapshot in a few lines, from 60 columns on. */
import type { CustomRow, InstanceRow, Row, Snapshot } from "../model/snapshot.ts";
import { age, amount, bytes, count, duration, labelText, percent, rate, shortId } from "../view/format.ts";
import { sparkline } from "./sparkline.ts";

const NARROWEST = 60;
const WIDEST = 120;
/** Rows of a list at most, where the screen is high enough. */
const MOST_CALLS = 12;
const MOST_CUSTOM = 6;
const MOST_INSTANCES = 6;
const MARKS = { live: "●", quiet: "○", ended: "■" } as const;

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Emphasis, as a terminal has it. A view without styles has no escape sequences. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  /** Of what is wrong; the text says so, too. */
  bad(text: string): string;
}

export const PLAIN: Style = { bold: (text) => text, dim: (text) => text, bad: (text) => text };

export const ANSI: Style = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
  bad: (text) => `\u001b[1;33m${text}\u001b[22;39m`,
};

/** Lines of at most so many columns, not more than there are rows. */
export function view(snapshot: Snapshot, { columns, rows }: Size, style: Style): string[] {
  const width = Math.min(Math.max(columns, NARROWEST), WIDEST);
  const { calls, custom, instanceRows, pushes } = snapshot;
  const head = [...header(snapshot, width, style), ""];
  if (!pushes.accepted && !pushes.refused) return [...head, ...waiting(snapshot)].slice(0, rows);
  const top = [...head, ...numbers(snapshot, width, style), ""];
  const foot = ["", style.dim("c cuts the receiver for 10 s · q ends")];
  // Each list has a line of heads and one between.
  const room = Math.max(3, rows - top.length - foot.length - 6);
  const callRows = Math.min(MOST_CALLS, calls.length, Math.ceil(room / 2));
  const customRows = Math.min(MOST_CUSTOM, custom.length, Math.floor((room - callRows) / 2));
  const instances = Math.min(MOST_INSTANCES, Math.max(1, room - callRows - customRows));
  return [
    ...top,
    ...list(
      "route or trigger",
      calls.slice(0, callRows).map((row) => callLine(row, width, style)),
      width,
      style,
      CALL_HEADS,
    ),
    ...list(
      "your own metrics",
      custom.slice(0, customRows).map((row) => customLine(row, width)),
      width,
      style,
    ),
    ...list(
      "instances",
      instanceRows.slice(0, instances).map((one) => instanceLine(one, snapshot.now, width)),
      width,
      style,
    ),
    ...foot,
  ].slice(0, rows);
}

function header(
  { url, cutUntil, now, pushRows }: Snapshot,
  width: number,
  { bold, dim, bad }: Style,
): string[] {
  const [push] = pushRows;
  const left = Math.ceil((cutUntil - now) / 1000);
  const state = left > 0 ? bad(`✂ cut: pushes are refused for ${left} s`) : "● receiving";
  const refused =
    push && push.status >= 300 && left <= 0 ? [bad(clip(`✕ ${push.status} ${push.reason}`, width))] : [];
  return [`${bold("pushmeter dev")}  ${state}  ${dim(url)}`, ...refused];
}

function waiting({ url }: Snapshot): string[] {
  return [
    "Waiting for the first push. Put one of these lines into",
    ".dev.vars (Workers) or into the environment:",
    "",
    `  PUSHMETER_REMOTE_WRITE_URL=${url}/api/v1/write`,
    `  PUSHMETER_PUSHGATEWAY_URL=${url}`,
    `  PUSHMETER_OTLP_URL=${url}/v1/metrics`,
    "",
    `The live page: ${url}`,
  ];
}

function numbers(snapshot: Snapshot, width: number, { bold, bad, dim }: Style): string[] {
  const { requests, failed, p50, p95, instances, pushes, chart, sent, dropped } = snapshot;
  const outcomes = Object.values(chart.outcomes);
  const perSecond = Array.from({ length: chart.p50.length }, (_, i) =>
    outcomes.some((values) => values[i] !== null)
      ? outcomes.reduce((sum, values) => sum + (values[i] ?? 0), 0)
      : null,
  );
  const open = sent ? sent.answered - requests : 0;
  const plain = (text: string): Part => [text, text];
  const warned = (text: string): Part => [`▲ ${text}`, bad(`▲ ${text}`)];
  const parts = [
    ...(sent ? [plain(`sent ${count(sent.answered)},`)] : []),
    [`counted ${count(requests)}`, bold(`counted ${count(requests)}`)] as const,
    ...(open > 0 ? [plain(`${count(open)} on the way`)] : []),
    plain(rate(snapshot.rate)),
    failed ? warned(`${percent(failed, requests)} failed`) : plain("0 % failed"),
    plain(`p50 ${duration(p50)}`),
    plain(`p95 ${duration(p95)}`),
    plain(`${count(pushes.accepted)} pushes`),
    pushes.refused ? warned(`${count(pushes.refused)} refused`) : plain("0 refused"),
    plain(bytes(pushes.bytes)),
    plain(`${count(instances.live)} instances live`),
    plain(`${count(instances.ended)} ended`),
    ...(dropped ? [warned(`${count(dropped)} points dropped`)] : []),
  ];
  return [...wrapped(parts, width), `${dim("req/s")} ${sparkline(perSecond, width - 8)}`];
}

/** A text, and the same with its style. */
type Part = readonly [text: string, styled: string];

/** Parts side by side, in lines of that width. */
function wrapped(parts: readonly Part[], width: number): string[] {
  const lines: string[] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const [text, styled] of parts) {
    if (used + 2 + text.length > width) {
      lines.push(styled);
      used = text.length;
    } else {
      lines.push(`${lines.pop()}  ${styled}`);
      used += 2 + text.length;
    }
  }
  return lines;
}

const CALL_HEADS = cells(["calls", "rate", "failed", "p95"]);

function callLine({ name, total, rate: perSecond, failed, p95 }: Row, width: number, { bad }: Style): string {
  const share = failed ? `▲ ${percent(failed, total)}` : "0 %";
  const figures = cells([count(total), rate(perSecond), share, duration(p95)]);
  const line = beside(name, figures, width);
  return failed ? line.replace(share, bad(share)) : line;
}

function customLine({ name, labels, type, total, rate: perSecond, mean }: CustomRow, width: number): string {
  const value = type === "histogram" ? `${amount(total)}×, mean ${amount(mean)}` : amount(total);
  const figures = type === "gauge" ? value : `${value}  ${rate(perSecond).padStart(8)}`;
  return beside(`${name}${labelText(labels)}`, figures, width);
}

function instanceLine(
  { job, id, state, lastPush, pushes, requests }: InstanceRow,
  now: number,
  width: number,
): string {
  const said = state === "live" ? `pushed ${age(now - lastPush)} ago` : `${state} ${age(now - lastPush)}`;
  const figures = `${count(requests)} req  ${count(pushes)} pushes  ${said.padEnd(16)}`;
  return beside(`${MARKS[state]} ${shortId(id)} ${job}`, figures, width);
}

function list(head: string, lines: readonly string[], width: number, { dim }: Style, heads = ""): string[] {
  return lines.length ? [dim(beside(head, heads, width)), ...lines, ""] : [];
}

function cells(figures: readonly string[]): string {
  return figures.map((figure) => figure.padStart(9)).join("");
}

/** A name, clipped where it must be, and figures at the right edge. */
function beside(name: string, figures: string, width: number): string {
  const room = width - figures.length - 1;
  return `${clip(name, room).padEnd(room)} ${figures}`.trimEnd();
}

function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, Math.max(0, most - 1))}…` : text;
}
