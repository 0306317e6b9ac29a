/** PromQL's syntax tree, from Prometheus's own grammar, and what its leaves mean. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import type { Labels } from "../storage/database.ts";
import { NAME, QueryError } from "./values.ts";

export interface Expression {
  readonly text: string;
  readonly root: SyntaxNode;
}

/** @throws QueryError with the place of the first mistake. */
export function parse(text: string): Expression {
  const tree = parser.parse(text);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) {
        throw new QueryError(
          `parse error at position ${from + 1}: unexpected ${JSON.stringify(text.slice(from, from + 20))}`,
        );
      }
    },
  });
  const root = tree.topNode.firstChild;
  if (!root) throw new QueryError("parse error: no expression found in input");
  return { text, root };
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** Milliseconds of `1h30m`, or of a number of seconds. */
export function durationOf(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const plain = text.replace(/^[+-]/, "").trim();
  if (/^(\d+(ms|[smhdwy]))+$/.test(plain)) {
    const parts = plain.matchAll(/(\d+)(ms|[smhdwy])/g);
    let total = 0;
    for (const [, count, unit = "s"] of parts) total += Number(count) * (UNITS[unit] ?? 0);
    return sign * total;
  }
  const seconds = Number(plain);
  if (!plain || !Number.isFinite(seconds)) throw new QueryError(`${JSON.stringify(text)} is no duration`);
  return sign * seconds * 1000;
}

/** A number; a duration counts in seconds. */
export function literalOf(text: string): number {
  if (/^[+-]?inf$/i.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const number = Number(text.replaceAll("_", ""));
  return Number.isNaN(number) ? durationOf(text) / 1000 : number;
}

export function stringOf(text: string): string {
  const inner = text.slice(1, -1);
  if (text.startsWith("`")) return inner;
  return inner.replace(/\\(.)/g, (_, character: string) => ({ n: "\n", t: "\t" })[character] ?? character);
}

export interface Matcher {
  readonly label: string;
  readonly matches: (value: string) => boolean;
  /** The only value that matches; undefined if there may be others. */
  readonly equals: string | undefined;
}

const LONGEST_PATTERN = 1000;

export function matchersOf(node: SyntaxNode, text: string): Matcher[] {
  const textOf = (one: SyntaxNode | null) => (one ? text.slice(one.from, one.to) : "");
  const matchers: Matcher[] = [];
  const identifier = node.getChild("Identifier");
  if (identifier) matchers.push(matcher(NAME, "=", textOf(identifier)));
  for (const child of node.getChild("LabelMatchers")
    ? childrenOf(node.getChild("LabelMatchers") as SyntaxNode)
    : []) {
    const operator = textOf(child.getChild("MatchOp"));
    const value = () => stringOf(textOf(child.getChild("StringLiteral")));
    if (child.name === "UnquotedLabelMatcher") {
      matchers.push(matcher(textOf(child.getChild("LabelName")), operator, value()));
    } else if (child.name === "QuotedLabelMatcher") {
      matchers.push(matcher(stringOf(textOf(child.getChild("QuotedLabelName"))), operator, value()));
    } else if (child.name === "QuotedLabelName") {
      matchers.push(matcher(NAME, "=", stringOf(textOf(child))));
    }
  }
  if (!matchers.length) throw new QueryError("a selector must contain at least one matcher");
  return matchers;
}

function matcher(label: string, operator: string, value: string): Matcher {
  if (operator === "=") return { label, matches: (given) => given === value, equals: value };
  if (operator === "!=") return { label, matches: (given) => given !== value, equals: undefined };
  if (value.length > LONGEST_PATTERN) throw new QueryError("a regular expression is too long");
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${value})$`, "su");
  } catch {
    throw new QueryError(`invalid regular expression ${JSON.stringify(value)}`);
  }
  const isNegative = operator === "!~";
  return { label, matches: (given) => pattern.test(given) !== isNegative, equals: undefined };
}

export function matchesAll(matchers: readonly Matcher[], name: string, labels: Labels): boolean {
  return matchers.every(({ label, matches }) => matches(label === NAME ? name : (labels[label] ?? "")));
}
