/** Numbers and times as people read them, on the page and in the terminal. */
import type { Labels } from "../storage/database.ts";

export const NONE = "–";

/** `1,234`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Three digits: `0.123`, `12.3`, `1,235`. */
export function amount(value: number | null): string {
  if (value === null) return NONE;
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return value < 0 ? `-${count(-value)}` : count(value);
  return size >= 100 ? value.toFixed(0) : value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

export function rate(perSecond: number): string {
  return `${amount(Number(perSecond.toFixed(2)))}/s`;
}

/** Of seconds: `4.2 ms`, `1.25 s`. */
export function duration(seconds: number | null): string {
  if (seconds === null) return NONE;
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  const ms = seconds * 1000;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

export function percent(part: number, whole: number): string {
  if (!whole) return NONE;
  const share = (100 * part) / whole;
  if (share > 0 && share < 0.1) return "<0.1 %";
  return `${share.toFixed(share && share < 10 ? 1 : 0)} %`;
}

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  return value < 1e6 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`;
}

/** Of milliseconds: `now`, `12 s`, `3 min`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time of day on this machine. */
export function clock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => `${part}`.padStart(2, "0"))
    .join(":");
}

/** Ids are long and differ in their beginning. */
export function shortId(id: string): string {
  const [, start = "", more = ""] = /^(\S{1,8})\S*(.*)$/.exec(id) ?? [];
  return id.length <= 12 ? id || NONE : start + more;
}

/** `{result="success"}`; nothing if there are none. */
export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length ? `{${pairs.join(", ")}}` : "";
}
