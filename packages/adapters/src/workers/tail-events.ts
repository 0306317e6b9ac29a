/** What the events of a tail Worker say, and the attributes that they become. */
import type { Attributes } from "@opentelemetry/api";

/** One invocation of another Worker, as the platform hands it to `tail`: the part that is used. */
export interface TailItem {
  readonly scriptName?: string | null;
  readonly entrypoint?: string | undefined;
  readonly outcome: string;
  /** Milliseconds. */
  readonly cpuTime?: number;
  /** Milliseconds. */
  readonly wallTime?: number;
  readonly exceptions?: readonly { readonly name: string }[];
  /** By kind. */
  readonly event?: object | null;
}

/** The fields by which the kinds of events are told apart. */
interface Fields {
  readonly request?: unknown;
  readonly response?: { readonly status?: number };
  readonly queue?: string;
  readonly cron?: string;
  readonly scheduledTime?: unknown;
}

/** Outcomes as the platform calls them. Another one, of a later platform, is `unknown`. */
const OUTCOMES = new Set(
  (
    "exception canceled exceededCpu exceededMemory exceededWallTime aborted loadShed responseStreamDisconnected " +
    "killSwitch daemonDown internalError scriptNotFound"
  ).split(" "),
);

/** The usual form of a class name. Any other name could carry an id or a message into a label. */
const CLASS_NAME = /^[\w$.]{1,64}$/;

export function tailAttributes({ entrypoint, outcome, exceptions, event }: TailItem): Attributes {
  const { request, response, queue, cron, scheduledTime } = (event ?? {}) as Fields;
  const attributes: Attributes = {};
  if (request) attributes["faas.trigger"] = "http";
  else if (queue !== undefined) attributes["faas.trigger"] = "pubsub";
  else attributes["faas.trigger"] = scheduledTime === undefined ? "other" : "timer";
  if (queue) attributes["messaging.destination.name"] = queue;
  if (cron) attributes["faas.cron"] = cron;
  if (entrypoint && entrypoint !== "default") attributes["code.function.name"] = entrypoint;
  const status = response?.status;
  if (status) attributes["http.response.status_code"] = status;
  if (outcome === "ok") {
    attributes.outcome = !status || status < 400 ? "success" : status < 500 ? "client_error" : "server_error";
    if (status && status >= 500) attributes["error.type"] = `${status}`;
  } else {
    const known = OUTCOMES.has(outcome) ? outcome : "unknown";
    const { name = known } = exceptions?.at(-1) ?? {};
    attributes.outcome = known;
    attributes["error.type"] = CLASS_NAME.test(name) ? name : "_OTHER";
  }
  return attributes;
}
