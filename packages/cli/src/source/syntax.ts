/** What stands in a module: imports, calls, and values that can be read without running it. */
import type { CallExpression, Expression, ObjectExpression } from "@babel/types";
import { type Node, type Source, walk } from "./parse.ts";

export interface Import {
  /** The module's name. */
  readonly from: string;
  /** What it is called there: a name, `default` or `*`. */
  readonly imported: string;
  readonly local: string;
}

export function importsOf({ program }: Source): Import[] {
  return program.body.flatMap((statement) => {
    if (statement.type !== "ImportDeclaration") return [];
    const from = statement.source.value;
    return statement.specifiers.map((specifier): Import => {
      const local = specifier.local.name;
      if (specifier.type === "ImportDefaultSpecifier") return { from, imported: "default", local };
      if (specifier.type === "ImportNamespaceSpecifier") return { from, imported: "*", local };
      const { imported } = specifier;
      return { from, imported: imported.type === "Identifier" ? imported.name : imported.value, local };
    });
  });
}

/** The names of all modules that it imports or exports from, statically. */
export function modulesOf({ program }: Source): string[] {
  return program.body.flatMap((statement) => {
    const isFrom =
      statement.type === "ImportDeclaration" ||
      statement.type === "ExportAllDeclaration" ||
      statement.type === "ExportNamedDeclaration";
    return isFrom && statement.source ? [statement.source.value] : [];
  });
}

/** What a function imported from this module is called here. */
function localNames(source: Source, imported: string, from: RegExp): string[] {
  return importsOf(source)
    .filter((one) => one.imported === imported && from.test(one.from))
    .map(({ local }) => local);
}

export interface Call {
  readonly node: CallExpression;
  readonly around: readonly Node[];
}

/** The calls of a function that is imported from this module. */
export function callsOf(source: Source, imported: string, from: RegExp): Call[] {
  const names = localNames(source, imported, from);
  const calls: Call[] = [];
  if (!names.length) return calls;
  walk(source.program, (node, around) => {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return;
    if (names.includes(node.callee.name)) calls.push({ node, around: [...around] });
  });
  return calls;
}

/** The value of a property, if it stands there: `{ url: … }`. */
export function property(object: ObjectExpression, name: string): Expression | undefined {
  for (const one of object.properties) {
    if (one.type === "ObjectProperty" && nameOf(one.key) === name) return one.value as Expression;
  }
  return undefined;
}

/** A text, or the name of the environment's variable that it is read from. */
export type Setting = { readonly text: string } | { readonly variable: string };

/**
 * Undefined for what only the running program knows.
 *
 * @param around - the nodes around it: a function among them may take its parameter, the environment, apart.
 */
export function settingOf(node: Node | null | undefined, around: readonly Node[] = []): Setting | undefined {
  if (!node) return undefined;
  if (node.type === "Identifier")
    return isTakenApart(node.name, around) ? { variable: node.name } : undefined;
  if (node.type === "StringLiteral") return { text: node.value };
  if (node.type === "TemplateLiteral" && !node.expressions.length)
    return { text: node.quasis[0]?.value.cooked ?? "" };
  if (node.type === "TSNonNullExpression" || node.type === "TSAsExpression")
    return settingOf(node.expression, around);
  if (node.type === "LogicalExpression") return settingOf(node.left, around) ?? settingOf(node.right, around);
  if (node.type === "MemberExpression" && !node.computed) {
    const { object } = node;
    const isEnvironment =
      (object.type === "Identifier" && /^(?:env|bindings|c)$/i.test(object.name)) ||
      (object.type === "MemberExpression" && /^env$/.test(nameOf(object.property) ?? ""));
    const variable = nameOf(node.property);
    return isEnvironment && variable ? { variable } : undefined;
  }
  return undefined;
}

/** `({ REMOTE_WRITE_URL }) => …` */
function isTakenApart(name: string, around: readonly Node[]): boolean {
  return around.some(
    (outer) =>
      outer.type === "ArrowFunctionExpression" &&
      outer.params[0]?.type === "ObjectPattern" &&
      outer.params[0].properties.some((one) => one.type === "ObjectProperty" && nameOf(one.key) === name),
  );
}

/** Whether a call is made only if something is true. */
export function isConditional({ around }: Call): boolean {
  return around.some(({ type }) =>
    /^(?:IfStatement|ConditionalExpression|LogicalExpression|SwitchCase)$/.test(type),
  );
}

export function nameOf(node: Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  return node.type === "StringLiteral" ? node.value : undefined;
}

/** `file:line`, for a message. */
export function lineOf(node: Node): number {
  return node.loc?.start.line ?? 1;
}
