/** Recognises a Lambda event by its shape: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html */
import { documentDb, s3Batch, s3Object } from "./data-events.ts";
import { durablePayload, isDurable } from "./durable.ts";
import { eventBridge } from "./event-bridge.ts";
import { type Fields, fields } from "./fields.ts";
import { alb, httpApi, lattice, restApi, webSocket } from "./http-events.ts";
import { amazonMq, channels, firehose, kafka, logs } from "./message-events.ts";
import { batch } from "./record-events.ts";
import { authorizer, service } from "./service-events.ts";
import type { FaasSource, Source } from "./source.ts";

/** In this order: an authorizer's event resembles a request, and an ALB's has an `httpMethod`, as the REST API's have. */
const KINDS: readonly ((event: Fields) => Source | undefined)[] = [
  authorizer,
  alb,
  httpApi,
  lattice,
  restApi,
  webSocket,
  batch,
  eventBridge,
  kafka,
  amazonMq,
  firehose,
  logs,
  channels,
  documentDb,
  s3Batch,
  s3Object,
  service,
];

export const UNKNOWN: FaasSource = { kind: "faas", trigger: "other", attributes: {} };

/** Never throws for what came out of JSON, whatever it is. */
export function recognise(event: unknown): Source {
  // EventBridge Pipes sends a list of records, AppSync one of requests.
  const read = Array.isArray(event) ? { ...fields(event[0]), Records: event } : fields(event);
  if (isDurable(read)) return durable(durablePayload(read));
  for (const kind of KINDS) {
    const source = kind(read);
    if (source) return source;
  }
  return UNKNOWN;
}

/** As the event that started the execution; one whose caller waits for a status is not answered by an execution. */
function durable(payload: unknown): Source {
  const source = isDurable(fields(payload)) ? UNKNOWN : recognise(payload);
  return { ...(source.kind === "http" ? UNKNOWN : source), kind: "faas", isDurable: true };
}
