/** Prometheus's text format, read by a few lines: for text that a Prometheus scrapes in other tests. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Label values with a comma or a quote are not read. */
export function parsed(text: string): Sample[] {
  return Array.from(text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm), ([, name = "", pairs = "", value]) => ({
    name,
    labels: Object.fromEntries(
      Array.from(pairs.matchAll(/(\w+)="([^"]*)"/g), ([, label = "", value = ""]) => [label, value]),
    ),
    value: Number(value),
  }));
}
