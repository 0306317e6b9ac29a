import { findProgram } from "./programs.ts";

/** Files of the programs without which most tests across packages say nothing. */
export interface Servers {
  readonly prometheus: string;
  readonly promtool: string;
  readonly pushgateway: string;
}

/** @throws Error with one sentence that says how to get the first that is missing. */
export async function findServers(): Promise<Servers> {
  return {
    prometheus: await findProgram("PROMETHEUS_BIN"),
    promtool: await findProgram("PROMTOOL_BIN"),
    pushgateway: await findProgram("PUSHGATEWAY_BIN"),
  };
}
