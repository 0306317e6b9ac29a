/** How often each thing happened, by a text that names it: one for what was sent, one for what was counted. */
export class Counts {
  readonly #counts = new Map<string, number>();

  add(what: string, count = 1): void {
    this.#counts.set(what, this.of(what) + count);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  names(): string[] {
    return [...this.#counts.keys()].sort();
  }
}

/** Stands for the label of a request that took no route: the metric does not have the label. */
export const NO_ROUTE = "(no route)";

export const requestName = (method: string, route: string, status: string | number) =>
  `${method} ${route} with status ${status}`;
export const cronName = (cron: string) => `cron ${cron}`;
export const queueName = (queue: string) => `queue ${queue}`;
export const recordName = (outcome: string) => `queue record with outcome ${outcome}`;
export const loginName = (result: string) => `login with result ${result}`;

/** A sentence for each name whose counts differ. */
export function differences(sent: Counts, counted: Counts): string[] {
  return [...new Set([...sent.names(), ...counted.names()])]
    .sort()
    .filter((name) => sent.of(name) !== counted.of(name))
    .map((name) => `${name}: ${sent.of(name)} sent, ${counted.of(name)} counted`);
}
