/** The Worker's code: whether it is measured, by one pushmeter, and in the right order. */
import type { CallExpression } from "@babel/types";
import type { Source } from "../../source/parse.ts";
import {
  type Call,
  callsOf,
  importsOf,
  isConditional,
  nameOf,
  property,
  settingOf,
} from "../../source/syntax.ts";
import { type Finding, finding } from "../finding.ts";
import { type Project, placeOf } from "../project.ts";

const WORKERS = /^@pushmeter\/adapters\/workers$/;
const HONO = /^@pushmeter\/adapters\/hono$/;
const WRAPPERS = [
  "instrumentWorker",
  "instrumentEntrypoint",
  "instrumentDurableObject",
  "instrumentWorkflow",
  "tailMeter",
];
/** Methods of a Hono app that answer requests. */
const ROUTES = /^(?:get|post|put|delete|patch|options|all|on|route|mount|use)$/;

/** Nothing wraps a handler. */
export function measured({ sources, config }: Project): Finding[] {
  if (!sources.length) {
    return config.main === undefined
      ? []
      : [finding("no-entry", `${config.main} cannot be read`, "Correct main in the Worker's configuration")];
  }
  const isMeasured = sources.some(
    (source) =>
      WRAPPERS.some((name) => callsOf(source, name, WORKERS).length) ||
      callsOf(source, "pushmeterMiddleware", HONO).length ||
      callsOf(source, "ingest", /^@pushmeter\/aggregator/).length ||
      callsOf(source, "createAggregator", /^@pushmeter\/aggregator/).length,
  );
  if (isMeasured) return [];
  return [
    finding(
      "not-measured",
      `Nothing in ${config.main} is measured`,
      "Run npx pushmeter init, or wrap the handlers in instrumentWorker",
    ),
  ];
}

/** A middleware sees what comes after it. */
export function middlewareOrder(project: Project): Finding[] {
  return project.sources.flatMap((source) =>
    callsOf(source, "pushmeterMiddleware", HONO).flatMap((call) => {
      const used = usedBy(call);
      const earlier = used && before(source, used);
      if (!used || !earlier) return [];
      return finding(
        "middleware-order",
        `${placeOf(project, source, call.node)}: ${used.app}.use(pushmeterMiddleware(…)) comes after ${used.app}.${earlier}(…), which it does not measure`,
        `Move it to the first place after ${used.app} is made`,
      );
    }),
  );
}

interface Used {
  readonly app: string;
  readonly start: number;
}

/** The `app.use(…)` around a call. */
function usedBy({ around }: Call): Used | undefined {
  const use = around.findLast((node) => node.type === "CallExpression") as CallExpression | undefined;
  const method = use && methodOf(use);
  return method?.name === "use" ? { app: method.app, start: use?.start ?? 0 } : undefined;
}

/** The first method of the app before that place that would answer a request. */
function before({ program }: Source, { app, start }: Used): string | undefined {
  for (const statement of program.body) {
    if ((statement.start ?? 0) >= start) return undefined;
    if (statement.type !== "ExpressionStatement") continue;
    // A chain has its first call innermost.
    const names: string[] = [];
    let expression = statement.expression;
    while (expression.type === "CallExpression" && expression.callee.type === "MemberExpression") {
      const { object, property: method } = expression.callee;
      if ((method.start ?? 0) < start) names.unshift(nameOf(method) ?? "");
      if (object.type === "Identifier" && object.name === app) {
        const found = names.find((name) => ROUTES.test(name));
        if (found && (expression.start ?? 0) < start && (statement.end ?? 0) <= start) return found;
      }
      if (object.type === "Super") break;
      expression = object;
    }
  }
  return undefined;
}

function methodOf({ callee }: CallExpression): { readonly app: string; readonly name: string } | undefined {
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return undefined;
  return { app: callee.object.name, name: nameOf(callee.property) ?? "" };
}

/** Made within a handler it is a new instance, with new series, for every request. */
export function madeOnce(project: Project): Finding[] {
  return project.sources.flatMap((source) =>
    callsOf(source, "createPushmeter", /^@pushmeter\/sdk$/).flatMap(({ node, around }) => {
      const isInHandler = around.some(
        (outer) =>
          ((outer.type === "ObjectMethod" || outer.type === "ClassMethod") &&
            HANDLERS.test(nameOf(outer.key) ?? "")) ||
          (outer.type === "ObjectProperty" && HANDLERS.test(nameOf(outer.key) ?? "")) ||
          (outer.type === "CallExpression" && ROUTES.test(methodOf(outer)?.name ?? "")),
      );
      if (!isInHandler) return [];
      return finding(
        "made-per-request",
        `${placeOf(project, source, node)}: createPushmeter is called for every request, and each makes new series`,
        "Call it once, at the top of a module",
      );
    }),
  );
}

const HANDLERS = /^(?:fetch|scheduled|queue|email|tail)$/;

/** Variables that the code reads for its destination and that nothing sets. */
export function variablesSet(project: Project): Finding[] {
  const { values } = project.variables;
  const missing = project.sources.flatMap((source) =>
    ["remoteWrite", "pushgateway", "otlp"].flatMap((name) =>
      callsOf(source, name, /^@pushmeter\/sdk/).flatMap((call) => {
        const { node, around } = call;
        const [options] = node.arguments;
        // One of several destinations need not be set.
        if (isConditional(call)) return [];
        const setting =
          options?.type === "ObjectExpression" ? settingOf(property(options, "url"), around) : undefined;
        if (!setting || !("variable" in setting) || values[setting.variable] !== undefined) return [];
        return finding(
          "variable-missing",
          `${placeOf(project, source, node)} reads env.${setting.variable}, which nothing sets`,
          `Add ${setting.variable} to vars in ${project.wrangler?.file}, or to .dev.vars and as a secret`,
        );
      }),
    ),
  );
  return missing;
}

/** `@pushmeter/sdk/testing` decodes what others send: it has no place in a deployed bundle. */
export function noTesting(project: Project): Finding[] {
  return project.sources.flatMap((source) =>
    importsOf(source)
      .filter(({ from }) => /^@pushmeter\/sdk\/testing/.test(from))
      .slice(0, 1)
      .map(() =>
        finding(
          "testing-imported",
          `${placeOf(project, source, source.program)} imports @pushmeter/sdk/testing, which the Worker then bundles`,
          "Import it in tests only",
        ),
      ),
  );
}
