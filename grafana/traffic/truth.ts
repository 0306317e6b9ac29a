/** What really happened, counted beside the product. */
export class Truth {
  readonly #counts = new Map<string, number>();

  /** `labels` as in PromQL, sorted: what is counted has them all. */
  count(what: string, labels: Readonly<Record<string, string>> = {}, by = 1): void {
    const key = keyOf(what, labels);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
  }

  /** The sum over everything that has these labels. */
  of(what: string, labels: Readonly<Record<string, string>> = {}): number {
    let total = 0;
    for (const [key, count] of this.#counts) {
      const [name, had] = JSON.parse(key) as [string, Record<string, string>];
      if (name === what && Object.entries(labels).every(([label, value]) => had[label] === value)) {
        total += count;
      }
    }
    return total;
  }
}

function keyOf(what: string, labels: Readonly<Record<string, string>>): string {
  return JSON.stringify([what, Object.fromEntries(Object.entries(labels).sort())]);
}
