/** The commonest calls of Prometheus's query API, as Grafana makes them: https://prometheus.io/docs/prometheus/latest/querying/api/ */
import { evaluate } from "../promql/evaluate.ts";
import { find } from "../promql/select.ts";
import { durationOf, matchersOf, parse } from "../promql/syntax.ts";
import { type Element, NAME, QueryError, type Value } from "../promql/values.ts";
import type { Database, Labels, Series } from "../storage/database.ts";
import { formatted } from "./exposition.ts";

/** Prometheus's own limit. */
const MOST_STEPS = 11_000;
/** How long a query may run, ms: pushes wait for it. */
const LONGEST = 5000;

export interface ApiAnswer {
  readonly status: number;
  readonly value: unknown;
}

export function queryApi(database: Database, pathname: string, parameters: URLSearchParams): ApiAnswer {
  try {
    const data = dataOf(database, pathname.slice("/api/v1/".length), parameters);
    if (data !== undefined) return { status: 200, value: { status: "success", data } };
    const error = "pushmeter dev has query, query_range, labels, label/…/values, series and metadata";
    return { status: 404, value: { status: "error", errorType: "not_found", error } };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { status: 400, value: { status: "error", errorType: "bad_data", error: error.message } };
  }
}

function dataOf(database: Database, call: string, parameters: URLSearchParams): unknown {
  const [, label] = /^label\/([^/]+)\/values$/.exec(call) ?? [];
  if (label) return distinct(selected(database, parameters).flatMap((one) => labelsOf(one)[label] ?? []));
  switch (call) {
    case "query":
      return query(database, parameters);
    case "query_range":
      return queryRange(database, parameters);
    case "labels":
      return distinct(selected(database, parameters).flatMap((one) => Object.keys(labelsOf(one))));
    case "series":
      return selected(database, parameters).map(labelsOf);
    case "metadata":
      return metadata(database);
    case "query_exemplars":
      return [];
    case "rules":
      return { groups: [] };
    case "alerts":
      return { alerts: [] };
    case "status/buildinfo":
      // What Grafana takes its dialect from.
      return {
        version: "3.16.0",
        revision: "pushmeter dev",
        branch: "",
        buildUser: "",
        buildDate: "",
        goVersion: "",
      };
    default:
      return undefined;
  }
}

function query(database: Database, parameters: URLSearchParams): unknown {
  const time = timeOf(parameters, "time", Date.now());
  const times = { time, start: time, end: time, deadline: Date.now() + LONGEST };
  const value = evaluate(parse(parameters.get("query") ?? ""), database, times);
  return { resultType: value.type, result: resultOf(value, time) };
}

function resultOf(value: Value, time: number): unknown {
  const seconds = time / 1000;
  if (value.type === "string") return [seconds, value.value];
  if (value.type === "scalar") return [seconds, formatted(value.value)];
  if (value.type === "vector") {
    return value.elements.map(({ labels, value }) => ({
      metric: labels,
      value: [seconds, formatted(value)],
    }));
  }
  return value.ranges.map(({ labels, times, values }) => ({
    metric: labels,
    values: times.map((time, i) => [time / 1000, formatted(values[i] as number)]),
  }));
}

function queryRange(database: Database, parameters: URLSearchParams): unknown {
  const [start, end] = [timeOf(parameters, "start"), timeOf(parameters, "end")];
  const step = durationOf(parameters.get("step") ?? "");
  if (!(step > 0)) throw new QueryError("step must be greater than 0");
  if (end < start) throw new QueryError("end must not be before start");
  if ((end - start) / step > MOST_STEPS)
    throw new QueryError(`more than ${MOST_STEPS} points for each series: use a longer step`);
  const expression = parse(parameters.get("query") ?? "");
  const deadline = Date.now() + LONGEST;
  const series = new Map<string, { metric: Labels; values: [number, string][] }>();
  for (let time = start; time <= end; time += step) {
    for (const { labels, value } of pointsOf(
      evaluate(expression, database, { time, start, end, deadline }),
    )) {
      const key = JSON.stringify(labels);
      const known = series.get(key) ?? { metric: labels, values: [] };
      series.set(key, known);
      known.values.push([time / 1000, formatted(value)]);
    }
  }
  return { resultType: "matrix", result: [...series.values()] };
}

function pointsOf(value: Value): readonly Element[] {
  if (value.type === "scalar") return [{ labels: {}, value: value.value }];
  if (value.type === "vector") return value.elements;
  throw new QueryError(
    `invalid expression type ${value.type} for a range query, must be scalar or instant vector`,
  );
}

/** The series that the parameters `match[]` select; all without them. */
function selected(database: Database, parameters: URLSearchParams): Series[] {
  const selectors = parameters.getAll("match[]");
  if (!selectors.length) return [...database.series()];
  const found = selectors.flatMap((text) => {
    const { root } = parse(text);
    if (root.name !== "VectorSelector") throw new QueryError(`${JSON.stringify(text)} is no selector`);
    return find(database, matchersOf(root, text));
  });
  return [...new Set(found)];
}

function metadata(database: Database): unknown {
  const typed = [...database.series()].flatMap(({ name, type }) => (type ? [[name, type] as const] : []));
  return Object.fromEntries(typed.map(([name, type]) => [name, [{ type, help: "", unit: "" }]]));
}

function labelsOf({ name, labels }: Series): Labels {
  return { [NAME]: name, ...labels };
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** Milliseconds since the epoch, of seconds or of RFC 3339. */
function timeOf(parameters: URLSearchParams, name: string, otherwise?: number): number {
  const text = parameters.get(name);
  if (!text && otherwise !== undefined) return otherwise;
  const seconds = Number(text);
  const time = text && Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text ?? "");
  if (Number.isNaN(time)) throw new QueryError(`${name} must be seconds since the epoch or RFC 3339`);
  return Math.round(time);
}
