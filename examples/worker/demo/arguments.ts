import { parseArgs } from "node:util";
import { Failure } from "@pushmeter/testkit/demo/failure";

export interface Arguments {
  readonly seconds: number;
  readonly check: boolean;
  /** Push through an aggregator. */
  readonly aggregator: boolean;
  readonly help: boolean;
  /** Real servers. Default: an embedded receiver for remote write and Pushgateway. */
  readonly remoteWrite: string | undefined;
  readonly pushgateway: string | undefined;
  /** Where to read back what the real servers have. */
  readonly prometheus: string | undefined;
}

const OPTIONS = {
  check: { type: "boolean" },
  aggregator: { type: "boolean" },
  seconds: { type: "string" },
  "remote-write": { type: "string" },
  pushgateway: { type: "string" },
  prometheus: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

export const HELP = `npm run demo [-- OPTIONS]

Starts the example in workerd, sends it requests for some seconds, and shows which metrics arrived.

  --check             exits with 1 unless exactly what was sent has been counted
  --aggregator        pushes through an aggregator: four instances, and the series of one
  --seconds N         how long to send requests, 1 to 600, by default 6
  --remote-write URL  pushes to a real Prometheus, http://HOST:9090/api/v1/write, with the bearer
                      token of the environment variable REMOTE_WRITE_TOKEN, if there is one
  --pushgateway URL   pushes to a real Pushgateway, http://HOST:9091; together with --remote-write,
                      one of the two instances pushes there
  --prometheus URL    reads back from the Prometheus in which those pushes end, http://HOST:9090
  --help              shows this
`;

/** @throws Failure for arguments that are unknown, malformed or do not fit together. */
export function parseArguments(args: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const known = token.kind === "option" && Object.hasOwn(OPTIONS, token.name);
    if (!known) {
      const what = token.kind === "option" ? token.rawName : `"${token.value}"`;
      throw usage(`Unknown argument ${what}, known are ${names()}.`);
    }
    const { type } = OPTIONS[token.name as keyof typeof OPTIONS];
    if (type === "boolean" && token.value !== undefined) {
      throw usage(`${token.rawName} takes no value.`);
    }
    given.set(token.name, type === "boolean" ? "" : (token.value ?? ""));
  }
  const parsed = {
    seconds: secondsOf(given.get("seconds")),
    check: given.has("check"),
    aggregator: given.has("aggregator"),
    help: given.has("help"),
    remoteWrite: urlOf("remote-write", given, "http://127.0.0.1:9090/api/v1/write"),
    pushgateway: urlOf("pushgateway", given, "http://127.0.0.1:9091"),
    prometheus: urlOf("prometheus", given, "http://127.0.0.1:9090"),
  };
  const real = parsed.remoteWrite ?? parsed.pushgateway;
  if (parsed.aggregator && real) {
    throw usage("--aggregator shows what it does with the embedded receiver: leave the other URLs out.");
  }
  if (parsed.check && real && !parsed.prometheus) {
    throw usage("--check has to read back from a real server: add --prometheus URL.");
  }
  if (parsed.prometheus && !real) {
    throw usage("--prometheus reads back what was pushed: add --remote-write URL or --pushgateway URL.");
  }
  return parsed;
}

function secondsOf(text = "6"): number {
  const seconds = Number(text);
  if (text.trim() && seconds >= 1 && seconds <= 600) return seconds;
  throw usage("--seconds must be a number from 1 to 600, such as 6.");
}

function urlOf(name: string, given: ReadonlyMap<string, string | undefined>, example: string) {
  const text = given.get(name);
  if (text === undefined) return undefined;
  // The message does not quote it: it can hold a password.
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw usage(`--${name} must be an http or https URL, such as ${example}.`);
}

function names(): string {
  return Object.keys(OPTIONS)
    .map((name) => `--${name}`)
    .join(" ");
}

function usage(sentence: string): Failure {
  return new Failure(sentence, 2);
}
