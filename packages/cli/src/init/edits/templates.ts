/** Adds the variable of the endpoint to a function of a SAM template or of a CDK stack. */
import type { ObjectExpression } from "@babel/types";
import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";
import { walk } from "../../source/parse.ts";
import { nameOf, property, settingOf } from "../../source/syntax.ts";
import type { ModuleEdit } from "./module-edit.ts";

const VARIABLE = "PUSHMETER_REMOTE_WRITE_URL";

/** A function of Lambda and where its code is. */
export interface LambdaFunction {
  /** Folders and files, as the template has them. */
  readonly entry: string;
  /** The name of the exported handler. */
  readonly handler: string;
}

/** The functions of a SAM template whose code is here. */
export function samFunctions(template: string): LambdaFunction[] {
  return functionsOf(template).flatMap((properties) => {
    const [folder, handler] = [properties.get("CodeUri"), properties.get("Handler")];
    if (typeof folder !== "string" || typeof handler !== "string") return [];
    const dot = handler.lastIndexOf(".");
    return [
      { entry: `${folder.replace(/\/$/, "")}/${handler.slice(0, dot)}`, handler: handler.slice(dot + 1) },
    ];
  });
}

/** By lines, because writing a whole YAML document anew would change the user's formatting. */
export function editSam(template: string, url: string): string {
  let after = template;
  for (let n = 0; n < functionsOf(template).length; n++) {
    const properties = functionsOf(after)[n];
    if (properties) after = withVariable(after, properties, url);
  }
  return after;
}

function functionsOf(template: string): YAMLMap[] {
  const resources = parseDocument(template, { logLevel: "silent" }).get("Resources");
  if (!isMap(resources)) return [];
  return resources.items.flatMap(({ value }) => {
    if (!isMap(value) || value.get("Type") !== "AWS::Serverless::Function") return [];
    const properties = value.get("Properties");
    return isMap(properties) ? [properties] : [];
  });
}

function withVariable(text: string, properties: YAMLMap, url: string): string {
  const environment = properties.get("Environment");
  const variables = isMap(environment) ? environment.get("Variables") : undefined;
  if (isMap(variables)) {
    if (variables.has(VARIABLE)) return text;
    const [first] = variables.items;
    const { start, indent } = placeOf(text, first);
    return `${text.slice(0, start)}${indent}${VARIABLE}: ${JSON.stringify(url)}\n${text.slice(start)}`;
  }
  const handler =
    properties.items.find(({ key }) => isScalar(key) && key.value === "Handler") ?? properties.items[0];
  const { start, indent } = placeOf(text, handler);
  const step = "  ";
  const lines = [
    `${indent}Environment:`,
    `${indent}${step}Variables:`,
    `${indent}${step}${step}${VARIABLE}: ${JSON.stringify(url)}`,
  ];
  const end = text.indexOf("\n", start) + 1 || text.length;
  return `${text.slice(0, end)}${lines.join("\n")}\n${text.slice(end)}`;
}

/** Where the line of a pair begins, and how far it is indented. */
function placeOf(text: string, pair: Pair | undefined): { readonly start: number; readonly indent: string } {
  const at = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
  const start = text.lastIndexOf("\n", at - 1) + 1;
  return { start, indent: text.slice(start, at) };
}

/** `new NodejsFunction(this, "Id", { entry, handler, … })`. */
export function cdkFunctions(edit: ModuleEdit): (LambdaFunction & { readonly options: ObjectExpression })[] {
  const found: (LambdaFunction & { readonly options: ObjectExpression })[] = [];
  walk(edit.source.program, (node) => {
    if (node.type !== "NewExpression") return;
    const { callee } = node;
    const name = callee.type === "MemberExpression" ? nameOf(callee.property) : nameOf(callee);
    const options = node.arguments[2];
    if (name !== "NodejsFunction" || options?.type !== "ObjectExpression") return;
    const entry = property(options, "entry");
    const handler = settingOf(property(options, "handler"));
    const path = textOf(edit.source.text.slice(entry?.start ?? 0, entry?.end ?? 0));
    if (path)
      found.push({ entry: path, handler: handler && "text" in handler ? handler.text : "handler", options });
  });
  return found;
}

/** The words of `path.join(__dirname, "../lambda/hello.ts")`, joined. */
function textOf(code: string): string {
  return Array.from(code.matchAll(/["'`]([^"'`]+)["'`]/g), ([, part]) => part).join("/");
}

export function editCdk(edit: ModuleEdit, options: ObjectExpression): void {
  const { quote } = edit.style;
  const value = `process.env.${VARIABLE} ?? ${quote}${quote}`;
  const environment = property(options, "environment");
  if (environment?.type === "ObjectExpression") {
    if (property(environment, VARIABLE)) return;
    const [first] = environment.properties;
    if (first) edit.insert(first.start ?? 0, `${VARIABLE}: ${value}, `);
    else edit.replace(environment, `{ ${VARIABLE}: ${value} }`);
    return;
  }
  const last = options.properties.at(-1);
  if (!last) return;
  const { text } = edit.source;
  const line = text.lastIndexOf("\n", last.start ?? 0) + 1;
  const indent = /^\s*/.exec(text.slice(line))?.[0] ?? "  ";
  edit.insert(last.end ?? 0, `,\n${indent}environment: { ${VARIABLE}: ${value} }`);
}
