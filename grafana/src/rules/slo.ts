/** Objectives as data: what a service promises becomes recorded series that shared rules and dashboards read. */
import { HTTP, HTTP_BOUNDS } from "../names.ts";
import type { Queries } from "../query/queries.ts";
import { BURNS } from "./burns.ts";
import { FAILED_REQUESTS, REQUESTS, WINDOW } from "./growth.ts";
import type { RecordingRule } from "./rule.ts";

export interface SloOptions {
  /** The label `job`: `name`, or `namespace/name`. */
  readonly service: string;
  /** A pattern such as `/courses/:id`. Default: all routes. */
  readonly route?: string;
  /** Percent of the requests that end well, e.g. 99.9. */
  readonly availability?: number;
  /** Requests are answered within it, e.g. `300ms` or `1.5s`. Exact if it is one of the histogram's bounds. */
  readonly latency?: string;
  /** Percent of the requests that are. Default 95. */
  readonly latencyPercent?: number;
}

export interface Objective {
  readonly service: string;
  readonly route: string | undefined;
  readonly kind: "availability" | "latency";
  /** Part of the requests that are good. */
  readonly target: number;
  /** Seconds; of latency objectives. */
  readonly within: number;
}

/** Recorded per objective, with the labels `job`, `http_route` and `objective`. */
export const SLO_ALL = "slo:requests:increase5m";
export const SLO_BAD = "slo:requests_bad:increase5m";
export const SLO_TARGET = "slo:target:ratio";
export const SLO_LABELS = "job, http_route, objective";

/**
 * What a service promises of its requests.
 *
 * @throws TypeError for an objective that no rule can watch.
 */
export function slo({ service, route, availability, latency, latencyPercent = 95 }: SloOptions): Objective[] {
  if (!/^[\w./:-]+$/.test(service))
    throw new TypeError("service must hold only letters, digits and . _ / : -");
  if (route !== undefined && !/^[^"\\\n]+$/.test(route))
    throw new TypeError('route must be a pattern without " and \\');
  if (availability === undefined && latency === undefined) {
    throw new TypeError(`slo of ${service}: give availability, latency or both`);
  }
  const objectives: Objective[] = [];
  const add = (kind: Objective["kind"], target: number, within: number) =>
    objectives.push({ service, route, kind, target, within });
  if (availability !== undefined) add("availability", share("availability", availability), 0);
  if (latency !== undefined) add("latency", share("latencyPercent", latencyPercent), seconds(latency));
  return objectives;
}

function share(name: string, percent: number): number {
  const target = Number((percent / 100).toPrecision(8));
  const highest = Math.max(...BURNS.map(({ factor }) => factor));
  if (!(percent > 0 && percent < 100))
    throw new TypeError(`${name} ${percent} must be a percentage below 100`);
  if (highest * (1 - target) >= 1) {
    const least = Math.ceil(1000 * (1 - 1 / highest)) / 10;
    throw new TypeError(
      `${name} ${percent} must be at least ${least}: ${highest} times a larger budget is more than all requests, so that the alert could never fire`,
    );
  }
  return target;
}

function seconds(latency: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(latency) ?? [];
  const value = Number(number) / (unit === "ms" ? 1000 : 1);
  const most = HTTP_BOUNDS.at(-1) ?? 0;
  if (value > 0 && value <= most) return value;
  throw new TypeError(`latency must be a duration such as 300ms or 1.5s, at most ${most}s`);
}

export function objectiveRules(q: Queries, objective: Objective): RecordingRule[] {
  const { service, route, kind, target } = objective;
  const labels = { job: service, objective: nameOf(objective), ...(route && { http_route: route }) };
  const matchers = [`job="${service}"`, ...(route ? [`http_route="${route}"`] : [])];
  const recorded = (name: string) => `sum(${name}{${matchers.join(", ")}})`;
  const bad =
    kind === "availability"
      ? `${recorded(FAILED_REQUESTS)} or 0 * ${recorded(REQUESTS)}`
      : `clamp_min(${recorded(REQUESTS)} - (${fast(q, matchers, objective.within)}), 0)`;
  return [
    { record: SLO_TARGET, expr: `vector(${target})`, labels },
    { record: SLO_ALL, expr: recorded(REQUESTS), labels },
    { record: SLO_BAD, expr: bad, labels },
  ];
}

/** `availability`, or the latency that is promised. */
export function nameOf({ kind, within }: Objective): string {
  return kind === "availability" ? kind : `latency ${within < 1 ? `${within * 1000}ms` : `${within}s`}`;
}

/** Requests within the latency; between two bounds of a classic histogram, as if they were spread evenly. */
function fast(q: Queries, matchers: readonly string[], within: number): string {
  const above = HTTP_BOUNDS.findIndex((bound) => bound >= within);
  const [lower = 0, upper = 0] = [HTTP_BOUNDS[above - 1], HTTP_BOUNDS[above]];
  const part = Number(((within - lower) / (upper - lower)).toPrecision(6));
  const weights = [
    [lower, 1 - part],
    [upper, part],
  ].filter(([bound, weight]) => bound && weight) as [number, number][];
  const classic = weights
    .map(([bound, weight]) => {
      const le = Number.isInteger(bound) ? `${bound}|${bound}.0` : `${bound}`;
      const series = { metric: `${HTTP}_bucket`, matchers: [...matchers, `le=~"${le}"`] };
      return `${Number(weight.toPrecision(6))} * ${q.growth([series], "", WINDOW)}`;
    })
    .join(" + ");
  if (!q.dialect.native) return classic;
  const native = q.growth([{ metric: HTTP, matchers, native: "whole" }], "", WINDOW);
  const nativeFast = `histogram_fraction(0, ${within}, ${native}) * (histogram_count(${native}) > 0)`;
  return `sum(label_replace(${classic}, "kind", "classic", "", "") or ${nativeFast})`;
}
