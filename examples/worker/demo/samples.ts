/** What arrived: the last value of each series, from the embedded receiver or from a real Prometheus. */
import type { Receiver } from "@pushmeter/sdk/testing";
import { Failure } from "./failure.ts";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function received(receiver: Receiver): Sample[] {
  return receiver.series().flatMap(({ name, labels, samples }) => {
    const last = samples.at(-1);
    return last ? [{ name, labels, value: last.value }] : [];
  });
}

/**
 * The series of this run's instances.
 *
 * @throws Failure if Prometheus does not answer.
 */
export async function queried(prometheus: string, run: string): Promise<Sample[]> {
  const { username, password, origin, pathname } = new URL(prometheus);
  const url = new URL(`${origin}${pathname.replace(/\/$/, "")}/api/v1/query`);
  url.searchParams.set("query", ofRun('{job="courses"}', run));
  const headers = username && {
    authorization: `Basic ${btoa(decodeURIComponent(`${username}:${password}`))}`,
  };
  const response = await fetch(url, { headers: headers || {} }).catch(({ cause }) => {
    throw new Failure(`Cannot read back from ${origin}: ${cause}`);
  });
  const text = await response.text();
  if (!response.ok)
    throw new Failure(`Cannot read back from ${origin}: it answered ${response.status}: ${text}`);
  const { data } = JSON.parse(text) as Answer;
  return data.result.map(({ metric: { __name__: name = "", ...labels }, value: [, value] }) => ({
    name,
    labels,
    value: Number(value),
  }));
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#instant-vectors */
interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [time: number, value: string];
    }[];
  };
}

/** A PromQL selector limited to one run of the demo. */
export function ofRun(selector: string, run: string): string {
  return `${selector} and on(instance) target_info{run="${run}"}`;
}
