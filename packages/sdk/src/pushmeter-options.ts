/** The check of `createPushmeter`'s options. */
import { checkMilliseconds, checkNames, checkText, invalid } from "./options.ts";
import type { Push, PushmeterOptions } from "./pushmeter-types.ts";

/** @throws TypeError for an option that is unknown or unusable. */
export function checkOptions(options: PushmeterOptions<never>): void {
  checkNames("createPushmeter", options, "service push flush resource resourceLabels onError");
  const { service, push, flush, resource, resourceLabels, onError } = options;
  if (typeof service === "object") {
    checkNames("service", service, "name namespace version");
    const { name, namespace = name, version = name } = service;
    for (const [part, value] of Object.entries({ name, namespace, version }))
      checkText(`service.${part}`, value);
  } else if (service !== undefined) {
    checkText("service", service);
  }
  if (push !== undefined && typeof push !== "function") checkDestination("push", push);
  if (flush !== undefined && flush !== "invocation") {
    if (typeof flush !== "object") invalid("flush", flush, 'an object with every, or "invocation"');
    checkNames("flush", flush, "every");
    checkMilliseconds("flush.every", flush.every);
  }
  if (resource !== undefined && (typeof resource !== "object" || !resource)) {
    invalid("resource", resource, "an object of resource attributes");
  }
  if (resourceLabels !== undefined && !(Array.isArray(resourceLabels) && resourceLabels.every(isName))) {
    invalid("resourceLabels", resourceLabels, "an array of resource attribute names");
  }
  if (onError !== undefined && typeof onError !== "function") invalid("onError", onError, "a function");
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** @throws TypeError unless `value` is an exporter. */
export function checkDestination(option: string, value: Push): Push {
  if (typeof value?.export !== "function") {
    invalid(option, value, "a destination such as remoteWrite(…), or a function of the environment");
  }
  return value;
}
