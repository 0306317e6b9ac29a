/** The endpoint that the project's code names, as far as it can be read without running it. */
import { relative } from "node:path";
import type { ObjectExpression } from "@babel/types";
import type { EndpointOptions } from "@pushmeter/sdk/adapter";
import type { Variables } from "../project/variables.ts";
import type { Node } from "../source/parse.ts";
import { callsOf, importsOf, property, type Setting, settingOf } from "../source/syntax.ts";
import type { Project } from "./project.ts";
import { type Target, VARIABLES, type Wants, type Wire } from "./target.ts";

const WIRES = Object.keys(VARIABLES) as readonly Wire[];

/** `remoteWrite({ url: env.X, auth: { bearer: env.Y } })` and its like, as far as they can be read. */
export function fromSources({ folder, sources, variables }: Project): Target | undefined {
  for (const source of sources) {
    for (const wire of WIRES) {
      for (const { node, around } of callsOf(source, wire, /^@pushmeter\/sdk/)) {
        const [options] = node.arguments;
        if (options?.type !== "ObjectExpression") continue;
        const value = settingOf(property(options, "url"), around);
        const url = value && resolved(value, variables);
        if (!url) continue;
        const auth = authIn(options, variables, around);
        // Without its credentials the endpoint would be refused.
        if (!auth && property(options, "auth")) continue;
        const file = relative(folder, source.path);
        return {
          wire,
          url,
          auth,
          names: {
            url:
              "variable" in value
                ? `${value.variable} in ${variables.origins[value.variable]}`
                : `url in ${file}`,
            auth: `auth in ${file}`,
          },
          wants: wantsIn(options),
        };
      }
    }
  }
  return undefined;
}

/** The code names a destination that cannot be read from it, or an object of another Worker that has one. */
export function isChosenInCode({ sources, config }: Project): boolean {
  const isElsewhere = config.durable_objects?.bindings?.some((binding) => binding.script_name);
  return sources.some((source) =>
    importsOf(source).some(
      ({ from, imported }) =>
        /^@pushmeter\/sdk\/(?:remote-write|pushgateway|otlp)$/.test(from) ||
        (imported === "aggregator" && isElsewhere),
    ),
  );
}

function authIn(
  options: ObjectExpression,
  variables: Variables,
  around: readonly Node[],
): EndpointOptions["auth"] {
  const auth = property(options, "auth");
  if (auth?.type !== "ObjectExpression") return undefined;
  const read = (object: ObjectExpression, name: string) => {
    const value = settingOf(property(object, name), around);
    return value && resolved(value, variables);
  };
  const bearer = read(auth, "bearer");
  if (bearer) return { bearer };
  const [basic, headers] = [property(auth, "basic"), property(auth, "headers")];
  if (basic?.type === "ObjectExpression") {
    return { basic: { username: read(basic, "username") ?? "", password: read(basic, "password") ?? "" } };
  }
  if (headers?.type !== "ObjectExpression") return undefined;
  const pairs = headers.properties.flatMap((one): [string, string][] => {
    if (one.type !== "ObjectProperty") return [];
    const name =
      one.key.type === "Identifier" ? one.key.name : one.key.type === "StringLiteral" ? one.key.value : "";
    const value = name && read(headers, name);
    return value ? [[name, value]] : [];
  });
  return { headers: Object.fromEntries(pairs) };
}

function wantsIn(options: ObjectExpression): Wants {
  const text = (name: string) => {
    const value = settingOf(property(options, name));
    return value && "text" in value ? value.text : undefined;
  };
  const protocol = text("protocol");
  return {
    protocol: protocol === "1.0" || protocol === "2.0" ? protocol : "auto",
    nativeHistograms: property(options, "histograms")?.type === "CallExpression",
    temporality: text("temporality") === "delta" ? "delta" : "cumulative",
  };
}

function resolved(value: Setting, { values }: Variables) {
  return "text" in value ? value.text : values[value.variable];
}
