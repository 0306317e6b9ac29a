/** What is known from the first invocation on: before it Workers have no environment, clock or randomness. */
import type { Attributes } from "@opentelemetry/api";
import { type Environment, isTrue, pairs, text } from "./environment.ts";
import type { Platform } from "./invocation.ts";
import type { PushmeterOptions } from "./pushmeter-types.ts";
import { type Resource, resourceOf } from "./resource.ts";
import { isWorkers } from "./runtime.ts";

const ID = "service.instance.id";

export interface Instance {
  readonly env: Environment;
  readonly disabled: boolean;
  readonly debug: boolean;
  /** `service.instance.id` */
  readonly id: string;
  /** The user's `service.instance.id` is not used. */
  readonly ignoresId: boolean;
  readonly resource: Resource;
  /** The resource attributes that become labels of every series. */
  readonly labels: Attributes;
}

/** @param ownId - an id that no other instance has. */
export function createInstance(
  { service, resource, resourceLabels, debug = false }: PushmeterOptions<never>,
  env: Environment,
  ownId: string,
  platform: Platform,
): Instance {
  const { name, namespace, version } = typeof service === "object" ? service : { name: service };
  const attributes: Attributes = {
    ...platform.resource,
    ...pairs(env, "OTEL_RESOURCE_ATTRIBUTES"),
    ...resource,
    ...(namespace && { "service.namespace": namespace }),
    ...(version && { "service.version": version }),
  };
  const given = attributes[ID];
  const id = String(platform.resource?.[ID] ?? ((!isShared(platform) && given) || ownId));
  attributes[ID] = id;
  attributes["service.name"] =
    name ?? text(env, "OTEL_SERVICE_NAME") ?? attributes["service.name"] ?? "unknown_service";
  const promoted = (resourceLabels ?? []).filter((label) => attributes[label] !== undefined);
  return {
    env,
    disabled: isTrue(env, "OTEL_SDK_DISABLED"),
    debug: debug || isTrue(env, "PUSHMETER_DEBUG"),
    id,
    ignoresId: Boolean(given) && String(given) !== id,
    resource: resourceOf(attributes),
    labels: Object.fromEntries(promoted.map((label) => [label, attributes[label]])),
  };
}

/** Many instances run with one configuration: an id in it would make them writers of the same series. */
function isShared({ waitUntil }: Platform): boolean {
  return waitUntil !== undefined || isWorkers();
}
