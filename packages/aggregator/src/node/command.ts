/** The command `pushmeter-aggregator`. */
import { parseArgs } from "node:util";
import type { Environment } from "@pushmeter/sdk/adapter";
import type { AccessOptions } from "../access.ts";
import { HELP } from "./help.ts";
import type { ServerOptions } from "./options.ts";
import { type AggregatorServer, startServer } from "./server.ts";

const OPTIONS = {
  "remote-write": { type: "string" },
  pushgateway: { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  store: { type: "string" },
  interval: { type: "string" },
  shards: { type: "string" },
  "former-shards": { type: "string" },
  prefix: { type: "string" },
  label: { type: "string", multiple: true },
  "forget-after": { type: "string" },
  histograms: { type: "string" },
  help: { type: "boolean" },
} as const;

const DESTINATIONS = [
  ["remote-write", "PUSHMETER_REMOTE_WRITE_URL"],
  ["pushgateway", "PUSHMETER_PUSHGATEWAY_URL"],
] as const;

/** Runs until SIGTERM or SIGINT. Returns the exit status: 0, or 2 for what stands on the command line. */
export async function run(args: readonly string[]): Promise<number> {
  let server: AggregatorServer;
  try {
    const options = read(args, process.env);
    if (!options) {
      process.stdout.write(HELP);
      return 0;
    }
    server = await startServer(options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`pushmeter-aggregator: ${text.replace(/^pushmeter: (startServer )?/, "")}\n`);
    return 2;
  }
  say(`listening on ${server.url}`);
  const signal = await new Promise<string>((resolve) => {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => resolve(name));
  });
  say(`ending after ${signal}: a last push, then the store is closed`);
  await server.close();
  say("ended");
  return 0;
}

/** Undefined: help is wanted. @throws TypeError for what cannot be understood. */
function read(args: readonly string[], env: Environment): ServerOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const chosen = DESTINATIONS.filter(([name]) => values[name] !== undefined);
  // As if it stood in the environment, beside its token and instead of what stands there.
  if (chosen.length) for (const [, variable] of DESTINATIONS) delete process.env[variable];
  for (const [name, variable] of chosen) {
    const url = values[name] as string;
    const { username, password } = URL.parse(url) ?? {};
    if (username || password) {
      throw new TypeError(
        `--${name} must be a URL without user name and password: name them in ${variable.replace("_URL", "_USERNAME")} ` +
          `and ${variable.replace("_URL", "_PASSWORD")}`,
      );
    }
    process.env[variable] = url;
  }
  if (URL.parse(values.store ?? "")?.password) {
    throw new TypeError(
      "--store must be a URL without a password: name it in PGPASSWORD, or all in PUSHMETER_STORE",
    );
  }
  const { histograms } = values;
  return {
    host: values.host,
    port: number("port", values.port),
    store: values.store ?? text(env, "PUSHMETER_STORE"),
    every: duration("interval", values.interval),
    shards: number("shards", values.shards),
    formerShards: number("former-shards", values["former-shards"]),
    prefix: values.prefix,
    labels: labels(values.label ?? []),
    forgetAfter: duration("forget-after", values["forget-after"]),
    histograms: histograms as ServerOptions["histograms"],
    log: say,
    ...tokens(env),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS });
  } catch (error) {
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split(". ");
    throw new TypeError(`${first}. See pushmeter-aggregator --help`);
  }
}

/** Credentials come from the environment: everybody on a machine can read command lines. */
function tokens(env: Environment): AccessOptions {
  const list = (name: string) => {
    const all = text(env, name)
      ?.split(",")
      .map((token) => token.trim());
    return all?.length === 1 ? all[0] : all;
  };
  return {
    token: list("PUSHMETER_TOKEN"),
    readToken: list("PUSHMETER_READ_TOKEN"),
    adminToken: list("PUSHMETER_ADMIN_TOKEN"),
    serviceTokens: byService(text(env, "PUSHMETER_SERVICE_TOKENS")),
  };
}

function byService(json: string | undefined): AccessOptions["serviceTokens"] {
  if (json === undefined) return undefined;
  try {
    const tokens = JSON.parse(json);
    if (typeof tokens === "object" && tokens && !Array.isArray(tokens)) return tokens;
  } catch {
    // Said below; the error would quote it.
  }
  throw new TypeError(
    'PUSHMETER_SERVICE_TOKENS must be JSON such as {"courses":"token","shop/web":["new token","old token"]}',
  );
}

function text(env: Environment, name: string): string | undefined {
  const value = env[name];
  return typeof value === "string" && value.trim() ? value.trim() : undefined;
}

function number(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw new TypeError(`--${name} must be a whole number, got a string of ${value.length} characters`);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function duration(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, amount, unit = ""] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(value) ?? [];
  if (amount) return Number(amount) * (UNITS[unit] as number);
  throw new TypeError(`--${name} must be a duration such as 15s, 500ms, 5m, 12h or 1d`);
}

function labels(all: readonly string[]): Record<string, string> | undefined {
  if (!all.length) return undefined;
  return Object.fromEntries(
    all.map((label) => {
      const [, name, value] = /^([^=]+)=(.+)$/.exec(label) ?? [];
      if (!name || !value) throw new TypeError("--label must be name=value, such as region=eu");
      return [name, value];
    }),
  );
}

function say(line: string): void {
  process.stdout.write(`pushmeter-aggregator: ${line}\n`);
}
