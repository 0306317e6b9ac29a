/** The command `pushmeter-aggregator` as a process of its own, on a free port. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Process } from "@pushmeter/testkit/servers/process";

export const TOKEN = "a-token-for-tests";
const ENTRY = createRequire(import.meta.url).resolve("@pushmeter/aggregator/node");
/** As npm links it: a file of the package. */
export const COMMAND = join(dirname(ENTRY), "../../bin/pushmeter-aggregator.js");

/**
 * @param options - of the command, besides port and store.
 * @param env - besides `PUSHMETER_TOKEN`.
 */
export function startServer(
  options: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Process> {
  return Process.start({
    file: process.execPath,
    ready: ([port]) => `http://127.0.0.1:${port}/readyz`,
    env: { PUSHMETER_TOKEN: TOKEN, ...env },
    args: ([port], folder) => [
      COMMAND,
      ...["--host", "127.0.0.1", "--port", `${port}`],
      ...(options.includes("--store") ? [] : ["--store", join(folder, "totals.db")]),
      ...options,
    ],
  });
}

export const AUTHORIZATION = { authorization: `Bearer ${TOKEN}` };

/** A body of OTLP in JSON: deltas of one counter. */
export function logins(n: number, { service = "courses", instance = "a", time = 1 } = {}): string {
  const point = { asInt: `${n}`, timeUnixNano: `${1_700_000_000_000_000_000n + BigInt(time)}` };
  const sum = { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true };
  const attributes = [
    { key: "service.name", value: { stringValue: service } },
    { key: "service.instance.id", value: { stringValue: instance } },
  ];
  const scopeMetrics = [{ scope: {}, metrics: [{ name: "logins", sum }] }];
  return JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] });
}
