/** Queries over Prometheus's HTTP interface, which most receivers have, too. */

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [seconds: number, value: string];
  readonly values?: readonly (readonly [seconds: number, value: string])[];
  readonly histogram?: NativeSample;
  readonly histograms?: readonly NativeSample[];
}

export type NativeSample = readonly [
  seconds: number,
  {
    readonly count: string;
    readonly sum: string;
    readonly buckets?: readonly (readonly [rule: number, lower: string, upper: string, count: string])[];
  },
];

/**
 * @param root - the URL before `/api/v1`.
 * @throws Error with the query and the server's message.
 */
export async function ask(
  root: string,
  path: "query" | "query_range",
  parameters: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Result[]> {
  const body = new URLSearchParams(parameters);
  const response = await fetch(`${root}/api/v1/${path}`, { method: "POST", body, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${parameters.query}: ${response.status} ${text.slice(0, 500)}`);
  const { data } = JSON.parse(text) as { readonly data: { readonly result: readonly Result[] } };
  return data.result;
}

/** Prometheus writes `+Inf` where JavaScript reads `+Infinity`. */
export function numberOf(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}
