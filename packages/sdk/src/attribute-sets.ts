/**
 * The SDK sorts and serializes all attributes at every recording, a third of what a request costs here. But
 * requests share few attribute sets: each set gets a number, requests are recorded with the number as their only
 * attribute, and collecting restores the attributes.
 */
import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { CARDINALITY_LIMIT } from "./flush/totals.ts";

const NUMBER = "pushmeter.set";

export class AttributeSets {
  readonly #numbered = new Map<string, Attributes>();
  /** By the numbered object itself: a user's attribute may have the same name. */
  readonly #sets = new Map<Attributes, Attributes>();

  /** The attributes to record with instead of the set of `key`. `make` is called once per key. */
  numbered(key: string, make: () => Attributes): Attributes {
    const known = this.#numbered.get(key);
    if (known) return known;
    const set = make();
    // The totals keep no more sets than this either.
    if (this.#sets.size >= CARDINALITY_LIMIT) return set;
    const numbered = { [NUMBER]: this.#sets.size };
    this.#sets.set(numbered, set);
    this.#numbered.set(key, numbered);
    return numbered;
  }

  /** Restores the attributes, in place, and adds `labels` to every point. */
  restore({ scopeMetrics }: ResourceMetrics, labels?: Attributes): void {
    for (const { metrics } of scopeMetrics) {
      for (const { dataPoints } of metrics) {
        for (const point of dataPoints as { attributes: Attributes }[]) {
          point.attributes = { ...labels, ...(this.#sets.get(point.attributes) ?? point.attributes) };
        }
      }
    }
  }
}
