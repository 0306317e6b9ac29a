/** What is known from the first invocation on: before it Workers have no environment, clock or randomness. */
import type { Attributes } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import { type Environment, isDisabled, resourceAttributes, text } from "./environment.ts";
import type { PushmeterOptions } from "./pushmeter-types.ts";

export interface Instance {
  readonly env: Environment;
  readonly disabled: boolean;
  /** `service.instance.id` */
  readonly id: string;
  readonly resource: Resource;
  /** The resource attributes that become labels of every series. */
  readonly labels: Attributes;
}

export function createInstance(
  { service, resource, resourceLabels }: PushmeterOptions<never>,
  env: Environment,
  id: string,
  platform?: Attributes,
): Instance {
  const { name, namespace, version } = typeof service === "object" ? service : { name: service };
  const own = String(platform?.["service.instance.id"] ?? id);
  const attributes: Attributes = {
    ...platform,
    ...resourceAttributes(env),
    ...resource,
    ...(namespace && { "service.namespace": namespace }),
    ...(version && { "service.version": version }),
    "service.instance.id": own,
  };
  attributes["service.name"] =
    name ?? text(env, "OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? "unknown_service";
  const promoted = (resourceLabels ?? []).filter((label) => attributes[label] !== undefined);
  return {
    env,
    disabled: isDisabled(env),
    id: own,
    resource: resourceFromAttributes(attributes),
    labels: Object.fromEntries(promoted.map((label) => [label, attributes[label]])),
  };
}
