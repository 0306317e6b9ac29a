/** What a PromQL expression asks for, from Prometheus's own grammar. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

export interface Selector {
  /** Empty if it selects by labels only. */
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
  /** The range in brackets, as written. */
  readonly range: string | undefined;
  /** The function around it, in lower case. */
  readonly inFunction: string | undefined;
  /** Compared with a number: whether it is above, not how much it is. */
  readonly compared: boolean;
  /** The aggregations around it, the innermost first. */
  readonly aggregations: readonly { readonly operator: string; readonly by: readonly string[] }[];
}

/** @throws Error with the place of the first mistake. */
export function selectorsOf(expr: string): Selector[] {
  const text = (node: SyntaxNode) => expr.slice(node.from, node.to);
  const selectors: Selector[] = [];
  parser.parse(expr).iterate({
    enter({ type, node, from }) {
      if (type.isError) throw new Error(`at ${from}: ${expr.slice(from, from + 40)}`);
      if (type.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
      const parts = (matcher: SyntaxNode) =>
        ["LabelName", "MatchOp", "StringLiteral"].map((part) => text(matcher.getChild(part) ?? matcher));
      selectors.push({
        metric: name ? text(name) : "",
        matchers: matchers.map((matcher) => {
          const [label = "", operator = "", value = ""] = parts(matcher);
          return { label, operator, value: value.slice(1, -1) };
        }),
        range: rangeOf(node, text),
        inFunction: functionAround(node, text),
        compared: node.parent?.name === "BinaryExpr" && node.parent.getChild("Gtr") !== null,
        aggregations: aggregationsAround(node, text),
      });
    },
  });
  return selectors;
}

function rangeOf(node: SyntaxNode, text: (node: SyntaxNode) => string): string | undefined {
  if (node.parent?.name !== "MatrixSelector") return undefined;
  return /\[([^\]]*)\]$/.exec(text(node.parent))?.[1];
}

function* ancestors(node: SyntaxNode): Generator<SyntaxNode> {
  for (let parent = node.parent; parent; parent = parent.parent) yield parent;
}

function functionAround(node: SyntaxNode, text: (node: SyntaxNode) => string): string | undefined {
  for (const ancestor of ancestors(node)) {
    const identifier = ancestor.name === "FunctionCall" && ancestor.getChild("FunctionIdentifier");
    if (identifier) return text(identifier).toLowerCase();
    if (ancestor.name === "AggregateExpr" || ancestor.name === "BinaryExpr") return undefined;
  }
  return undefined;
}

function aggregationsAround(node: SyntaxNode, text: (node: SyntaxNode) => string): Selector["aggregations"] {
  return [...ancestors(node)]
    .filter(({ name }) => name === "AggregateExpr")
    .map((ancestor) => {
      const operator = ancestor.getChild("AggregateOp");
      const labels = ancestor.getChild("AggregateModifier")?.getChild("GroupingLabels");
      return {
        operator: operator ? text(operator) : "",
        by: labels?.getChildren("LabelName").map(text) ?? [],
      };
    });
}
