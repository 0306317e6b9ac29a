/** How a sender can speak to a receiver. */

export const REMOTE_WRITES = [
  "remote write 1.0",
  /** 2.0 that falls back to 1.0. */
  "remote write auto",
  /** 2.0 with start timestamps and without zeros. */
  "remote write 2.0",
  /** As `auto`, with native histograms. */
  "remote write native",
] as const;

export type RemoteWrite = (typeof REMOTE_WRITES)[number];
export type Wire = RemoteWrite | "OTLP" | "Pushgateway";

/** The endpoints of a receiver that takes every form of remote write, or answers that it does not, at one URL. */
export function remoteWriteTo(url: string): Readonly<Record<RemoteWrite, string>> {
  return Object.fromEntries(REMOTE_WRITES.map((wire) => [wire, url])) as Record<RemoteWrite, string>;
}
