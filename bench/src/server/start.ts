/** The aggregator as a server, a process as users start it. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Process } from "@pushmeter/testkit/servers/process";

export const TOKEN = "a-token-for-the-bench";
const ENTRY = createRequire(import.meta.url).resolve("@pushmeter/aggregator/node");
const COMMAND = join(dirname(ENTRY), "../../bin/pushmeter-aggregator.js");

export interface ServerOptions {
  /** Default: a SQLite file. */
  readonly store?: string | undefined;
  /** Default 1. */
  readonly shards?: number;
  /** Between two pushes of the totals, s. Default 15. */
  readonly interval?: number;
}

export function startServer(writeUrl: string, options: ServerOptions = {}): Promise<Process> {
  const { store, shards = 1, interval = 15 } = options;
  return Process.start({
    file: process.execPath,
    env: { PUSHMETER_TOKEN: TOKEN },
    ready: ([port]) => `http://127.0.0.1:${port}/readyz`,
    args: ([port], folder) => [
      COMMAND,
      ...["--host", "127.0.0.1", "--port", `${port}`, "--remote-write", writeUrl, "--shards", `${shards}`],
      ...["--store", store ?? join(folder, "totals.db"), "--interval", `${interval}s`],
    ],
  });
}
