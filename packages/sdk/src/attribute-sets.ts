/**
 * The SDK sorts and serializes all attributes at every recording, a third of what a request costs here. But
 * requests share few attribute sets: each set gets a number, the SDK records under the number alone, and
 * collecting puts the attributes back.
 */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { CARDINALITY_LIMIT } from "./flush/totals.ts";

const NUMBER = "pushmeter.set";

export class AttributeSets {
  readonly #numbered = new Map<string, Attributes>();
  readonly #sets: Attributes[] = [];

  /** What to record with in the place of the set that `key` stands for; `make` is called once per key. */
  numbered(key: string, make: () => Attributes): Attributes {
    const known = this.#numbered.get(key);
    if (known) return known;
    const set = make();
    // Beyond the limit that holds for totals too, remembering more sets would be a leak.
    if (this.#sets.length >= CARDINALITY_LIMIT) return set;
    const numbered = { [NUMBER]: this.#sets.push(set) - 1 };
    this.#numbered.set(key, numbered);
    return numbered;
  }

  /** Puts the attributes back, in place; `labels` go to every point. */
  restore({ scopeMetrics }: ResourceMetrics, labels?: Attributes): void {
    for (const { metrics } of scopeMetrics) {
      for (const { dataPoints } of metrics) {
        for (const point of dataPoints as { attributes: Attributes }[]) {
          const number = point.attributes[NUMBER];
          const set = this.#sets[number as number] ?? point.attributes;
          point.attributes = { ...labels, ...set };
        }
      }
    }
  }
}
