/** Takes out of a measurement what cannot be recorded, so that no later push fails because of it. */
import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { jsonOf } from "../prometheus/labels.ts";
import type { Reporter } from "../reporter.ts";

/** Of a name in a message, in characters. */
const LONGEST_NAME = 100;

export class Guard {
  readonly #count: (reason: string) => void;
  readonly #reporter: Reporter;

  /** @param count - counts what is taken out, by reason: `attribute` or `value`. */
  constructor(count: (reason: string) => void, reporter: Reporter) {
    this.#count = count;
    this.#reporter = reporter;
  }

  /** A measurement's value cannot be recorded. */
  reject(metric: string, value: unknown): void {
    this.#drop("value", `a measurement of ${metric}`, typeof value === "number" ? `${value}` : typeof value);
  }

  /**
   * A copy with the attributes that can be used; they cannot change afterwards. Numbers, strings and booleans are
   * kept, everything else as its JSON says; null and undefined are left out. Never throws.
   */
  usable(metric: string, attributes: unknown): Attributes {
    const kept: [string, AttributeValue][] = [];
    try {
      if (typeof (attributes ?? {}) !== "object") throw new TypeError("not an object");
      for (const key of Object.keys(attributes ?? {})) {
        const value = this.#valueOf(metric, attributes as Attributes, key);
        if (value !== undefined) kept.push([key, value]);
      }
    } catch {
      this.#drop("attribute", `attributes of ${metric}`, "cannot be read");
    }
    return Object.fromEntries(kept);
  }

  #valueOf(metric: string, attributes: Attributes, key: string): AttributeValue | undefined {
    try {
      const value: unknown = attributes[key];
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
      if (value == null) return undefined;
      const json = jsonOf(value);
      if (json !== undefined) return JSON.parse(json) as AttributeValue;
    } catch {
      // A getter of the user's threw. Reported below, with values that have no JSON.
    }
    this.#drop(
      "attribute",
      `attribute ${key.slice(0, LONGEST_NAME)} of ${metric}`,
      "its value has no JSON",
      key,
    );
    return undefined;
  }

  #drop(reason: string, what: string, why: string, key?: string): void {
    this.#count(reason);
    this.#reporter.once(`${what} is left out (${reason}): ${why}`, key && `${reason} ${key}`);
  }
}
