/** TypeScript and JavaScript as a syntax tree. */
import { parse as parseModule } from "@babel/parser";
import type { Node, Program } from "@babel/types";

export type { Node } from "@babel/types";

/** A file that was read, and what it says. */
export interface Source {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly program: Program;
}

/** Undefined for a text that is no module. */
export function parse(path: string, text: string): Source | undefined {
  const isTyped = /\.[cm]?tsx?$/.test(path);
  // In .ts files `<T>value` is a cast, elsewhere it is an element.
  const jsx = /\.ts$/.test(path) ? [] : (["jsx"] as const);
  try {
    const { program } = parseModule(text, {
      sourceType: "unambiguous",
      plugins: [
        ...(isTyped ? (["typescript"] as const) : []),
        ...jsx,
        "decorators",
        "explicitResourceManagement",
      ],
    });
    return { path, text, program };
  } catch {
    // A syntax error is the compiler's to report.
    return undefined;
  }
}

/** Calls `visit` with every node and with the nodes around it, the nearest last. */
export function walk(
  node: Node,
  visit: (node: Node, around: readonly Node[]) => void,
  around: Node[] = [],
): void {
  visit(node, around);
  around.push(node);
  for (const [key, value] of Object.entries(node)) {
    if (/^(?:loc|(?:leading|trailing|inner)Comments|extra)$/.test(key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, visit, around);
    }
  }
  around.pop();
}

function isNode(value: unknown): value is Node {
  return typeof (value as Node | null)?.type === "string";
}
