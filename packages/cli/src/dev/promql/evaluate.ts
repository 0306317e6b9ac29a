/** Evaluates a PromQL expression at one time. */
import type { SyntaxNode } from "@lezer/common";
import type { Database } from "../storage/database.ts";
import { aggregate, type Grouping } from "./aggregate.ts";
import { binary, type Matching } from "./binary.ts";
import { FUNCTIONS } from "./functions.ts";
import { KEEPS_NAME, OVER_TIME, overTime, quantileOf } from "./over-time.ts";
import { find, instant, range } from "./select.ts";
import { childrenOf, durationOf, type Expression, literalOf, matchersOf, stringOf } from "./syntax.ts";
import {
  elementsOf,
  NAME,
  numberOf,
  QueryError,
  type Range,
  scalar,
  type Value,
  vector,
  without,
} from "./values.ts";

/** Between the points of a subquery that does not say, ms: Prometheus's default. */
const SUBQUERY_STEP = 60_000;
const MOST_SUBQUERY_STEPS = 11_000;

/** When a query is evaluated, all in milliseconds since the epoch. */
export interface Times {
  readonly time: number;
  readonly start: number;
  readonly end: number;
  /** A query that runs longer is given up. */
  readonly deadline: number;
}

/** @throws QueryError for what is wrong or unknown. */
export function evaluate(expression: Expression, database: Database, times: Times): Value {
  return new Evaluation(expression.text, database, times).value(expression.root, times.time);
}

/** How a selector is shifted. */
interface Shift {
  readonly offset: number;
  readonly at: number | undefined;
  readonly isAnchored: boolean;
}

const NO_SHIFT: Shift = { offset: 0, at: undefined, isAnchored: false };

class Evaluation {
  readonly #query: string;
  readonly #database: Database;
  readonly #times: Times;

  constructor(query: string, database: Database, times: Times) {
    this.#query = query;
    this.#database = database;
    this.#times = times;
  }

  value(node: SyntaxNode, time: number, shift = NO_SHIFT): Value {
    if (Date.now() > this.#times.deadline) throw new QueryError("the query takes too long");
    const [first, ...rest] = childrenOf(node);
    const child = () => {
      if (!first) throw new QueryError(`cannot read ${JSON.stringify(this.#text(node))}`);
      return first;
    };
    const at = (shift.at ?? time) - shift.offset;
    switch (node.name) {
      case "NumberDurationLiteral":
        return scalar(literalOf(this.#text(node)));
      case "StringLiteral":
        return { type: "string", value: stringOf(this.#text(node)) };
      case "ParenExpr":
        return this.value(child(), time, shift);
      case "UnaryExpr":
        return this.#unary(node, time);
      case "OffsetExpr": {
        const duration = node.lastChild ? durationOf(this.#text(node.lastChild)) : 0;
        const sign = rest.some(({ name }) => name === "Sub") ? -1 : 1;
        return this.value(child(), time, { ...shift, offset: shift.offset + sign * duration });
      }
      case "StepInvariantExpr":
        return this.value(child(), time, { ...shift, at: this.#at(rest) });
      case "AnchoredExpr":
        return this.value(child(), time, { ...shift, isAnchored: true });
      case "VectorSelector":
        return vector(instant(find(this.#database, matchersOf(node, this.#query)), at));
      case "MatrixSelector": {
        const from = at - durationOf(this.#text(rest[0] ?? node));
        const series = find(this.#database, matchersOf(child(), this.#query));
        return { type: "matrix", ranges: range(series, from, at, shift.isAnchored), from, to: at };
      }
      case "SubqueryExpr":
        return this.#subquery(child(), rest, at);
      case "AggregateExpr":
        return this.#aggregation(node, time);
      case "BinaryExpr":
        return this.#binary(node, time);
      case "FunctionCall":
        return this.#call(node, time);
      default:
        throw new QueryError(`pushmeter dev does not know ${JSON.stringify(this.#text(node))}`);
    }
  }

  #text(node: SyntaxNode | null): string {
    return node ? this.#query.slice(node.from, node.to) : "";
  }

  #unary(node: SyntaxNode, time: number): Value {
    const value = this.value(node.lastChild as SyntaxNode, time);
    if (!this.#text(node.firstChild).startsWith("-")) return value;
    return binary("*", value, scalar(-1), ONE_TO_ONE, false);
  }

  #at(rest: readonly SyntaxNode[]): number {
    const text = this.#text(rest.at(-1) ?? null);
    if (/^start/.test(text)) return this.#times.start;
    return /^end/.test(text) ? this.#times.end : literalOf(text) * 1000;
  }

  #subquery(inner: SyntaxNode, durations: readonly SyntaxNode[], to: number): Value {
    const [length = 0, given] = durations
      .filter(({ name }) => /Duration/.test(name))
      .map((one) => durationOf(this.#text(one)));
    const step = given ?? SUBQUERY_STEP;
    if (!(step > 0) || length / step > MOST_SUBQUERY_STEPS)
      throw new QueryError("a subquery has too many steps");
    const from = to - length;
    const ranges = new Map<string, { labels: Range["labels"]; times: number[]; values: number[] }>();
    for (let time = Math.floor(from / step) * step + step; time <= to; time += step) {
      const value = this.value(inner, time);
      const elements = value.type === "scalar" ? [{ labels: {}, value: value.value }] : elementsOf(value);
      for (const { labels, value } of elements) {
        const key = JSON.stringify(labels);
        const known = ranges.get(key) ?? { labels, times: [], values: [] };
        ranges.set(key, known);
        known.times.push(time);
        known.values.push(value);
      }
    }
    return { type: "matrix", ranges: [...ranges.values()], from, to };
  }

  #aggregation(node: SyntaxNode, time: number): Value {
    const args = childrenOf(node.getChild("FunctionCallBody") as SyntaxNode).map((arg) =>
      this.value(arg, time),
    );
    const modifier = node.getChild("AggregateModifier");
    const grouping: Grouping = {
      labels: this.#labels(modifier),
      isWithout: modifier?.getChild("Without") != null,
    };
    const operator = this.#text(node.getChild("AggregateOp")).toLowerCase();
    const [parameter, elements] = args.length > 1 ? args : [undefined, args[0]];
    return vector(aggregate(operator, grouping, parameter, elementsOf(elements)));
  }

  #binary(node: SyntaxNode, time: number): Value {
    const children = childrenOf(node);
    const [left, right] = [children[0], children.at(-1)] as [SyntaxNode, SyntaxNode];
    const operator = this.#text(children[1] ?? null).toLowerCase();
    const isBool = node.getChild("BoolModifier") !== null;
    const clause =
      node.getChild("MatchingModifierClause") ??
      node.getChild("BoolModifier")?.getChild("MatchingModifierClause");
    return binary(
      operator,
      this.value(left, time),
      this.value(right, time),
      this.#matching(clause ?? null),
      isBool,
    );
  }

  #matching(clause: SyntaxNode | null): Matching {
    if (!clause) return ONE_TO_ONE;
    const [first = null, second = null] = clause.getChildren("GroupingLabels");
    const many = clause.getChild("GroupLeft") ? "left" : clause.getChild("GroupRight") ? "right" : undefined;
    return {
      labels: this.#names(first),
      isOn: clause.getChild("On") !== null,
      many,
      include: this.#names(second),
    };
  }

  #labels(parent: SyntaxNode | null): string[] {
    return this.#names(parent?.getChild("GroupingLabels") ?? null);
  }

  #names(labels: SyntaxNode | null): string[] {
    return labels ? childrenOf(labels).map((label) => this.#text(label).replace(/^"(.*)"$/, "$1")) : [];
  }

  #call(node: SyntaxNode, time: number): Value {
    const name = this.#text(node.getChild("FunctionIdentifier")).toLowerCase();
    const body = node.getChild("FunctionCallBody");
    const args = (body ? childrenOf(body) : []).map((arg) => this.value(arg, time));
    const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (known) return known(args, { time });
    if (name === "timestamp") return this.#timestamp(args, body, time);
    if (name === "absent_over_time") {
      const [matrix] = args;
      return vector(matrix?.type === "matrix" && !matrix.ranges.length ? [{ labels: {}, value: 1 }] : []);
    }
    const isQuantile = name === "quantile_over_time";
    if (!isQuantile) overTime(name);
    const matrix = args.at(-1);
    if (matrix?.type !== "matrix") throw new QueryError(`${name} takes a range vector, such as x[5m]`);
    const q = isQuantile ? numberOf(args[0]) : 0;
    const isAnchored = body?.getChild("AnchoredExpr") != null;
    return vector(
      matrix.ranges.flatMap((one) => {
        const value = isQuantile ? quantileOf(q, one.values) : OVER_TIME[name]?.(one, matrix, isAnchored);
        const labels = KEEPS_NAME.includes(name) ? one.labels : without(one.labels, NAME);
        return value === undefined ? [] : [{ labels, value }];
      }),
    );
  }

  /** When the samples of a selector were taken; of anything else the time of the query. */
  #timestamp([value]: readonly Value[], body: SyntaxNode | null, time: number): Value {
    const selector = body?.getChild("VectorSelector");
    if (!selector)
      return vector(
        elementsOf(value).map(({ labels }) => ({ labels: without(labels, NAME), value: time / 1000 })),
      );
    const series = find(this.#database, matchersOf(selector, this.#query));
    return vector(
      series.flatMap((one) => {
        const [element] = instant([one], time);
        if (!element) return [];
        return [
          { labels: without(element.labels, NAME), value: one.samples.time(one.samples.until(time)) / 1000 },
        ];
      }),
    );
  }
}

const ONE_TO_ONE: Matching = { labels: [], isOn: false, many: undefined, include: [] };
