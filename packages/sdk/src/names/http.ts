/** What the presets have in common: the instruments of HTTP servers, and labels that many libraries have. */
import type { Attributes } from "@opentelemetry/api";
import { invalid } from "../options.ts";
import { REQUESTS } from "../recording/names.ts";
import { checkLabels, type Labels } from "./labels.ts";

export const DURATION = REQUESTS;
export const ACTIVE = "http.server.active_requests";
export const REQUEST_SIZE = "http.server.request.body.size";
export const RESPONSE_SIZE = "http.server.response.body.size";

export const METHOD = "http.request.method";
export const STATUS = "http.response.status_code";

/** What every preset takes. */
export interface PresetOptions {
  /** More labels of the request metrics, or others of the same name. Default: none. */
  readonly labels?: Labels | undefined;
  /** Upper bounds of the duration's buckets, in seconds, ascending. Default: those of the library. */
  readonly buckets?: readonly number[] | undefined;
}

/** The route's pattern, written as `parameter` says; `unknown` if no route matched. */
export function route(parameter: string, unknown?: string): (attributes: Attributes) => string | undefined {
  return ({ "http.route": pattern }) => {
    if (typeof pattern !== "string") return unknown;
    // `:id`, `:id?` and `:id{[0-9]+}`.
    return pattern.replace(/:(\w+)(?:\{.*?\}|\(.*?\))?\??/g, parameter);
  };
}

/** @throws TypeError for labels that Prometheus cannot have. */
export function checkedLabels(preset: string, labels: unknown = {}): Labels {
  checkLabels(`${preset} labels`, labels);
  return labels;
}

/** @throws TypeError unless metrics can have the prefix. */
export function checkedPrefix(preset: string, prefix: unknown = ""): string {
  if (typeof prefix !== "string" || !/^(?:[a-zA-Z](?:_?[a-zA-Z\d])*_?)?$/.test(prefix)) {
    invalid(`${preset} prefix`, prefix, "the beginning of a metric's name in Prometheus");
  }
  return prefix;
}
