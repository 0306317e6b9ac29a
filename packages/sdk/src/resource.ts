import type { Attributes } from "@opentelemetry/api";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";

export type Resource = ResourceMetrics["resource"];

/** What `resourceFromAttributes` of `@opentelemetry/resources` returns, for a bundle without that package. */
export function resourceOf(attributes: Attributes): Resource {
  return {
    attributes,
    getRawAttributes: () => Object.entries(attributes),
    merge: (other) => resourceOf({ ...attributes, ...other?.attributes }),
  };
}
