/** Recognises a Lambda event by its shape: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
import { eventBridge } from "./event-bridge.ts";
import { type Fields, fields } from "./fields.ts";
import { alb, httpApi, lattice, restApi } from "./http-events.ts";
import { batch } from "./record-events.ts";
import type { Source } from "./source.ts";

/** In this order: an ALB event has an `httpMethod` too, as the REST API's have. */
const KINDS: readonly ((event: Fields) => Source | undefined)[] = [
  alb,
  httpApi,
  lattice,
  restApi,
  batch,
  eventBridge,
];

export const UNKNOWN: Source = { kind: "faas", trigger: "other", attributes: {} };

/** Never throws for what came out of JSON, whatever it is. */
export function recognise(event: unknown): Source {
  for (const kind of KINDS) {
    const source = kind(fields(event));
    if (source) return source;
  }
  return UNKNOWN;
}
