/** Wraps what answers requests in an entry: the default export, a Hono app, a handler of Lambda, a server. */
import type { CallExpression, Expression, NewExpression, Statement } from "@babel/types";
import { type Node, walk } from "../../source/parse.ts";
import { importsOf, nameOf, property } from "../../source/syntax.ts";
import type { ModuleEdit } from "./module-edit.ts";

const WORKERS = "@pushmeter/adapters/workers";
const HONO = "@pushmeter/adapters/hono";
const LAMBDA = "@pushmeter/adapters/lambda";
const FETCH = "@pushmeter/adapters/fetch";

/** Something is wrapped already. */
export function isMeasured({ source }: ModuleEdit): boolean {
  return (
    importsOf(source).some(({ from }) => from.startsWith("@pushmeter/adapters/")) ||
    /require\(["']@pushmeter\/adapters\//.test(source.text)
  );
}

/** `new Hono()` as it is assigned: the middleware goes first, so that it measures all routes. */
export function measureHono(edit: ModuleEdit): boolean {
  const { source, style } = edit;
  const hono = importsOf(source).find(
    ({ from, imported }) => imported === "Hono" && /^(?:hono|jsr:@hono\/hono|npm:hono)/.test(from),
  );
  if (!hono) return false;
  for (const statement of source.program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations) {
      const made = newOf(init, hono.local);
      if (!made || id.type !== "Identifier") continue;
      if (made === init) {
        edit.insert(
          statement.end ?? 0,
          `\n\n${id.name}.use(pushmeterMiddleware(pushmeter))${style.semicolon}`,
        );
      } else edit.insert(made.end ?? 0, ".use(pushmeterMiddleware(pushmeter))");
      edit.import("pushmeterMiddleware", HONO);
      return true;
    }
  }
  return false;
}

/** The `new Hono(…)` at the beginning of a chain of calls. */
function newOf(init: Expression | null | undefined, name: string): NewExpression | undefined {
  if (init?.type === "NewExpression") return nameOf(init.callee) === name ? init : undefined;
  if (init?.type === "CallExpression" && init.callee.type === "MemberExpression") {
    const { object } = init.callee;
    return object.type === "Super" ? undefined : newOf(object, name);
  }
  return undefined;
}

/** `export default …` of a Worker. */
export function measureWorker(edit: ModuleEdit): boolean {
  const { source, style } = edit;
  const exported = source.program.body.find((one) => one.type === "ExportDefaultDeclaration");
  if (!exported) return false;
  const { declaration } = exported;
  if (declaration.type === "FunctionDeclaration" || declaration.type === "TSDeclareFunction") return false;
  if (declaration.type !== "ClassDeclaration") {
    edit.wrap(declaration, "instrumentWorker");
    edit.import("instrumentWorker", WORKERS);
    return true;
  }
  edit.import("instrumentEntrypoint", WORKERS);
  const { id } = declaration;
  if (!id) edit.wrap(declaration, "instrumentEntrypoint");
  else {
    // Its name stays usable in the module.
    edit.remove(exported.start ?? 0, declaration.start ?? 0);
    edit.insert(
      exported.end ?? 0,
      `\n\nexport default instrumentEntrypoint(pushmeter, ${id.name})${style.semicolon}`,
    );
  }
  return true;
}

/** @param name - of the exported handler. */
export function measureLambda(edit: ModuleEdit, name: string): boolean {
  for (const statement of edit.source.program.body) {
    if (measureHandler(edit, statement, name)) {
      edit.import("instrumentLambda", LAMBDA);
      return true;
    }
  }
  return false;
}

function measureHandler(edit: ModuleEdit, statement: Statement, name: string): boolean {
  const { semicolon } = edit.style;
  if (statement.type === "ExpressionStatement" && statement.expression.type === "AssignmentExpression") {
    // CommonJS: exports.handler = …, module.exports.handler = …
    const { left, right } = statement.expression;
    const isExported = left.type === "MemberExpression" && nameOf(left.property) === name;
    if (!isExported || !/^(?:module\.)?exports\./.test(edit.source.text.slice(left.start ?? 0))) return false;
    edit.wrap(right, "instrumentLambda");
    return true;
  }
  if (statement.type !== "ExportNamedDeclaration") return false;
  const { declaration } = statement;
  if (declaration?.type === "VariableDeclaration") {
    const found = declaration.declarations.find(({ id }) => id.type === "Identifier" && id.name === name);
    if (!found?.init) return false;
    edit.wrap(found.init, "instrumentLambda");
    return true;
  }
  if (declaration?.type === "FunctionDeclaration" && declaration.id?.name === name) {
    edit.remove(statement.start ?? 0, declaration.start ?? 0);
    edit.insert(
      statement.end ?? 0,
      `\n\nconst measured = instrumentLambda(pushmeter, ${name})${semicolon}\nexport { measured as ${name} }${semicolon}`,
    );
    return true;
  }
  return false;
}

/** `Deno.serve(handler)`, `Bun.serve({ fetch })`, `serve({ fetch })` and `export default { fetch }`. */
export function measureServer(edit: ModuleEdit): boolean {
  let handler: Node | undefined;
  walk(edit.source.program, (node) => {
    if (handler) return;
    if (node.type === "CallExpression") handler = servedBy(node);
    else if (node.type === "ExportDefaultDeclaration" && node.declaration.type === "ObjectExpression") {
      handler = property(node.declaration, "fetch");
    }
  });
  if (!handler) return false;
  edit.wrap(handler, "instrumentFetch");
  edit.import("instrumentFetch", FETCH);
  return true;
}

function servedBy({ callee, arguments: given }: CallExpression): Node | undefined {
  const name =
    callee.type === "MemberExpression"
      ? `${nameOf(callee.object)}.${nameOf(callee.property)}`
      : nameOf(callee);
  if (name === "Deno.serve") {
    const last = given.at(-1);
    return last?.type === "ObjectExpression" ? property(last, "handler") : last;
  }
  const [options] = given;
  const isServe = name === "Bun.serve" || name === "serve";
  return isServe && options?.type === "ObjectExpression" ? property(options, "fetch") : undefined;
}
