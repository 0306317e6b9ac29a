/** The check of `createPushmeter`'s options. */
import {
  checkFunction,
  checkMilliseconds,
  checkNames,
  checkObject,
  checkOneOf,
  checkText,
  invalid,
} from "./options.ts";
import type { Push, PushmeterOptions } from "./pushmeter-types.ts";

/** @throws TypeError for an option that is unknown or unusable. */
export function checkOptions(options: PushmeterOptions<never>): void {
  checkNames(
    "createPushmeter",
    options,
    "service push flush resource resourceLabels buckets attributes cardinalityLimit exemplars names debug global onError",
  );
  const { service = "unknown_service", push, flush = "invocation", resource = {}, resourceLabels } = options;
  if (typeof service === "object") {
    checkNames("service", service, "name namespace version");
    const { name, namespace = name, version = name } = service;
    checkText("service.name", name);
    checkText("service.namespace", namespace);
    checkText("service.version", version);
  } else checkText("service", service);
  if (push !== undefined && typeof push !== "function") checkDestination("push", push);
  if (flush !== "invocation") {
    checkObject("flush", flush, 'an object with every, or "invocation"');
    checkNames("flush", flush, "every");
    checkMilliseconds("flush.every", flush.every);
  }
  checkObject("resource", resource, "an object of resource attributes");
  for (const [name, value] of Object.entries(resource)) {
    if (!/^(string|number|boolean)$/.test(typeof value)) {
      invalid(`resource.${name}`, value, "a string, a number or a boolean");
    }
  }
  checkTexts("resourceLabels", resourceLabels, "an array of resource attribute names");
  checkBuckets(options.buckets);
  const { attributes = {}, cardinalityLimit = 2 } = options;
  checkNames("attributes", attributes, "drop");
  checkTexts("attributes.drop", attributes.drop, "an array of attribute names");
  if (!Number.isInteger(cardinalityLimit) || cardinalityLimit < 2 || cardinalityLimit > 100_000) {
    invalid("cardinalityLimit", cardinalityLimit, "an integer from 2 to 100000");
  }
  checkOneOf("debug", options.debug ?? false, [true, false]);
  for (const name of ["exemplars", "names", "onError"] as const) checkFunction(name, options[name]);
  checkOneOf("global", options.global ?? false, [true, false]);
}

function checkTexts(option: string, got: unknown = [], accepted: string): void {
  if (!Array.isArray(got) || got.some((text) => !text || typeof text !== "string")) {
    invalid(option, got, accepted);
  }
}

function checkBuckets(bounds: unknown = [1]): void {
  const isAscending = (bound: unknown, i: number, all: readonly number[]) =>
    Number.isFinite(bound) && (bound as number) > (all[i - 1] ?? 0);
  if (!Array.isArray(bounds) || !bounds.length || !bounds.every(isAscending)) {
    invalid("buckets", bounds, "numbers of seconds above zero, ascending");
  }
}

/** @throws TypeError unless `value` is an exporter. */
export function checkDestination(option: string, value: Push): Push {
  if (typeof value?.export !== "function") {
    invalid(option, value, "a destination such as remoteWrite(…), or a function of the environment");
  }
  return value;
}
