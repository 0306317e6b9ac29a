import type { Receiver } from "@pushmeter/sdk/testing";

/** The last value of a series, of one that has ended too. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function received(receiver: Receiver): Sample[] {
  return receiver.series().flatMap(({ name, labels, samples }) => {
    const last = samples.findLast(({ stale }) => !stale);
    return last ? [{ name, labels, value: last.value }] : [];
  });
}
