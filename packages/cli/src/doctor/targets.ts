/** Which endpoint to examine: the one given, else the one that the project's code or its variables name. */

import {
  chosenDestination,
  type DestinationName,
  type EndpointOptions,
  otlpOptions,
} from "@pushmeter/sdk/adapter";
import { sigv4 } from "@pushmeter/sdk/sigv4";
import { Failure, USAGE } from "../command.ts";
import type { Variables } from "../project/variables.ts";
import { fromSources } from "./code-target.ts";
import type { Project } from "./project.ts";
import { NO_WANTS, type Target, VARIABLES, type Wants, type Wire, wireOf } from "./target.ts";

const WIRES: Readonly<Record<DestinationName, Wire>> = {
  REMOTE_WRITE: "remoteWrite",
  PUSHGATEWAY: "pushgateway",
  OTLP: "otlp",
};
const AMAZON = /^(aps)-workspaces\.([\w-]+)\.amazonaws\.com$|^(monitoring)\.([\w-]+)\.amazonaws\.com$/;

/** What the arguments say. What is undefined is up to the project. */
export interface Given {
  readonly url: string | undefined;
  readonly wire: Wire | undefined;
  readonly wants: Partial<Wants>;
}

/** Undefined if nothing names an endpoint. */
export function targetOf({ url, wire, wants }: Given, project: Project): Target | undefined {
  const { variables } = project;
  const found =
    url === undefined
      ? (fromSources(project) ?? fromVariables(variables))
      : fromUrl(url, wire, variables, fromSources(project) ?? fromVariables(variables));
  return found && completed({ ...found, wants: { ...found.wants, ...definedOf(wants) } }, variables);
}

/** @throws Failure for a text that is no URL. */
function fromUrl(
  text: string,
  given: Wire | undefined,
  { values }: Variables,
  configured: Target | undefined,
): Target {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Failure(`${JSON.stringify(text.slice(0, 100))} is no http or https URL`, USAGE);
  }
  const wire = given ?? wireOf(url) ?? (configured?.url === text ? configured.wire : "remoteWrite");
  const name = VARIABLES[wire];
  // A token that is meant for another address stays here.
  const isOther = configured && URL.parse(configured.url)?.origin !== url.origin;
  const auth = isOther ? undefined : (configured?.auth ?? authOf(name, values));
  const names = configured && !isOther ? configured.names : namesOf(name);
  return { wire, url: text, auth, names: { ...names, url: "the URL" }, wants: configured?.wants ?? NO_WANTS };
}

function fromVariables({ values, origins }: Variables): Target | undefined {
  const chosen = chosenDestination(values);
  if (chosen) {
    const variable = `PUSHMETER_${chosen.name}_URL`;
    return {
      wire: WIRES[chosen.name],
      ...{ url: chosen.options.url, auth: chosen.options.auth },
      names: { ...namesOf(chosen.name), url: `${variable} in ${origins[variable]}` },
      wants: NO_WANTS,
    };
  }
  try {
    const options = otlpOptions(values);
    if (!options) return undefined;
    const { url, auth, temporality = "cumulative" } = options;
    const names = { url: "OTEL_EXPORTER_OTLP_ENDPOINT", auth: "OTEL_EXPORTER_OTLP_HEADERS" };
    return { wire: "otlp", url, auth, names, wants: { ...NO_WANTS, temporality } };
  } catch (error) {
    throw new Failure((error as Error).message);
  }
}

function namesOf(name: string): Target["names"] {
  const auth = `PUSHMETER_${name}_TOKEN (or …_USERNAME and …_PASSWORD) in .dev.vars, in production as a secret`;
  return { url: `PUSHMETER_${name}_URL`, auth };
}

function authOf(name: string, values: Variables["values"]): EndpointOptions["auth"] {
  const only = Object.fromEntries(
    Object.entries(values).filter(([key]) => key.startsWith(`PUSHMETER_${name}_`)),
  );
  return chosenDestination({ ...only, [`PUSHMETER_${name}_URL`]: "http://localhost" })?.options.auth;
}

/** With the user's name in the URL as basic authentication, and Amazon's signature where it is needed. */
function completed(target: Target, { values }: Variables): Target {
  const url = URL.parse(target.url);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new Failure(`${target.names.url} is no http or https URL`);
  }
  const { username, password, hostname } = url;
  const [, aps, region = "", monitoring, other = ""] = AMAZON.exec(hostname) ?? [];
  const service = aps ?? monitoring;
  if (service && !target.auth && values.AWS_ACCESS_KEY_ID) {
    return { ...target, auth: { sigv4: sigv4({ region: region || other, service }) } };
  }
  if (!username) return target;
  url.username = url.password = "";
  const basic = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return { ...target, url: url.href, auth: { basic } };
}

function definedOf<Values extends object>(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Values;
}
