/** What arrived in a Prometheus, or in `pushmeter dev`: the last value of each series. */

import { Failure } from "@pushmeter/testkit/demo/failure";
import type { Sample } from "@pushmeter/testkit/demo/samples";
import { ask } from "@pushmeter/testkit/servers/promql";

/**
 * The series that a query finds.
 *
 * @throws Failure if Prometheus does not answer.
 */
export async function queried(prometheus: string, query: string): Promise<Sample[]> {
  const { username, password, origin, pathname } = new URL(prometheus);
  const credentials = btoa(decodeURIComponent(`${username}:${password}`));
  const headers: Record<string, string> = username ? { authorization: `Basic ${credentials}` } : {};
  const root = `${origin}${pathname.replace(/\/$/, "")}`;
  try {
    const result = await ask(root, "query", { query }, headers);
    return result.map(({ metric: { __name__: name = "", ...labels }, value: [, value] = [0, "NaN"] }) => ({
      name,
      labels,
      value: Number(value),
    }));
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Failure(`Cannot read back from ${origin}: ${cause ?? message}`);
  }
}

/** A PromQL selector limited to one run of the demo. */
export function ofRun(selector: string, run: string): string {
  return `${selector} and on(instance) target_info{run="${run}"}`;
}
