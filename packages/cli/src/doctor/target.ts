/** Where the user's project pushes, and what it expects of the receiver. */
import type { EndpointOptions } from "@pushmeter/sdk/remote-write";

export type Wire = "remoteWrite" | "pushgateway" | "otlp";

/** What the project relies on. What it does not use may be missing. */
export interface Wants {
  readonly protocol: "auto" | "1.0" | "2.0";
  readonly nativeHistograms: boolean;
  readonly temporality: "cumulative" | "delta";
}

export interface Target {
  readonly wire: Wire;
  readonly url: string;
  readonly auth: EndpointOptions["auth"];
  /** How the user sets the two, for the fixes: `PUSHMETER_REMOTE_WRITE_URL in wrangler.jsonc`. */
  readonly names: { readonly url: string; readonly auth: string };
  readonly wants: Wants;
}

export const NO_WANTS: Wants = { protocol: "auto", nativeHistograms: false, temporality: "cumulative" };

/** What stands in `PUSHMETER_<name>_URL`. */
export const VARIABLES: Readonly<Record<Wire, string>> = {
  remoteWrite: "REMOTE_WRITE",
  pushgateway: "PUSHGATEWAY",
  otlp: "OTLP",
};

/** Which wire a URL is for, by its path; undefined for a bare address. */
export function wireOf(url: URL): Wire | undefined {
  if (/otlp|opentelemetry|\/v1\/metrics\/?$/.test(url.pathname)) return "otlp";
  if (/^\/metrics(\/job.*)?\/?$/.test(url.pathname)) return "pushgateway";
  return url.pathname === "/" ? undefined : "remoteWrite";
}
