/**
 * Metrics by the names that they have in Prometheus, and whose a name is. A type or unit that changes follows the
 * newest: two families never have one name at a time.
 */
import { type MetricType, metricName } from "@pushmeter/sdk/prometheus";
import type { Metric } from "./model.ts";
import type { FamilyInfo, Series } from "./series.ts";

const MOST_FAMILIES = 1000;
/** A type that was replaced may return once the other has been silent for so long, ms. */
const TYPE_HOLDS = 120_000;

export interface Family extends FamilyInfo {
  readonly key: string;
  /** Names in Prometheus. */
  readonly names: readonly string[];
  /** By label set. */
  readonly series: Map<string, Series>;
  /** Of histograms, in the order in which they came: the first need no label. */
  readonly bounds: Map<string, readonly number[] | undefined>;
  /** When a point came last, milliseconds since the epoch. */
  updated: number;
}

export type Conflict = "too_many_metrics" | "type_conflict";

export class Families {
  readonly #families = new Map<string, Family>();
  /** Whose a name in Prometheus is. */
  readonly #owners = new Map<string, Family>();
  /** Families whose name another type has taken, by which. */
  readonly #replaced = new Map<string, string>();

  /**
   * The family of a metric, or why it can have none.
   *
   * @param isOwn - the aggregator's own, which has room when nothing else has.
   */
  find(metric: Metric, now: number, isOwn: boolean): Family | Conflict {
    const type = metric.kind === "updown" ? "gauge" : metric.kind;
    const name = metricName(metric.name, metric.unit, type);
    const key = `${type} ${name}`;
    const known = this.#families.get(key);
    if (known && this.isLive(known)) return known;
    for (const owner of namesOf(name, type).map((one) => this.#owners.get(one))) {
      if (!owner) continue;
      // A new type replaces the old one. Instances that still have the old one do not take it back at once.
      const wasReplaced = this.#replaced.get(key) === owner.key;
      if (owner.names[0] !== name || (wasReplaced && owner.updated > now - TYPE_HOLDS))
        return "type_conflict";
      this.#replaced.set(owner.key, key);
      this.#replaced.delete(key);
      for (const series of owner.series.values()) series.isLeaving = true;
      this.release(owner);
    }
    if (this.#families.size >= MOST_FAMILIES && !isOwn) return "too_many_metrics";
    return this.register(newFamily(type, metric, now));
  }

  register(family: Family): Family {
    this.#families.set(family.key, family);
    for (const name of family.names) this.#owners.set(name, family);
    return family;
  }

  /** Another family may take its names. Its series, if any are left, stay until they have been marked stale. */
  release(family: Family): void {
    if (this.#families.get(family.key) === family) this.#families.delete(family.key);
    for (const name of family.names) if (this.#owners.get(name) === family) this.#owners.delete(name);
  }

  /** No other family has its names. */
  isLive(family: Family): boolean {
    return this.#owners.get(family.names[0] as string) === family;
  }

  [Symbol.iterator](): IterableIterator<Family> {
    return this.#families.values();
  }

  /** Families whose name another type has taken, by which. */
  get replaced(): Map<string, string> {
    return this.#replaced;
  }
}

export function newFamily(
  type: MetricType,
  { name, unit, description }: Pick<Metric, "name" | "unit" | "description">,
  updated: number,
): Family {
  const translated = metricName(name, unit, type);
  const names = namesOf(translated, type);
  const key = `${type} ${translated}`;
  return { key, type, name, unit, description, names, updated, series: new Map(), bounds: new Map() };
}

/** The names that a family's series have in Prometheus; a native histogram has the bare one. */
function namesOf(name: string, type: MetricType): string[] {
  return type === "histogram" ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}
