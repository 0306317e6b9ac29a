/** Streaming tails: one invocation arrives as a sequence of events. */
import type { TailItem } from "./tail-events.ts";

/** An event of a streaming tail: the part that is used. */
export interface StreamedEvent {
  readonly event: { readonly type: string };
}

interface Onset {
  readonly scriptName?: string;
  readonly entrypoint?: string;
  readonly info?: { readonly type: string; readonly queueName?: string; readonly cron?: string };
}

interface Later {
  readonly type: string;
  /** Of an exception. */
  readonly name?: string;
  /** Of a return. */
  readonly info?: { readonly statusCode?: number };
  /** Of the outcome. */
  readonly outcome?: string;
  readonly cpuTime?: number;
  readonly wallTime?: number;
}

/** What the platform calls with every event after the first. */
export type StreamHandler = (event: StreamedEvent) => void;

/** @param ended - is called with the invocation once its outcome is known. */
export function streamed(onset: StreamedEvent, ended: (item: TailItem) => void): StreamHandler {
  const { scriptName, entrypoint, info } = onset.event as Onset;
  const exceptions: { name: string }[] = [];
  let status: number | undefined;
  return ({ event }) => {
    const { type, name, info: returned, outcome = "unknown", cpuTime = 0, wallTime = 0 } = event as Later;
    if (type === "exception") exceptions.push({ name: name ?? "" });
    else if (type === "return") status = returned?.statusCode ?? status;
    else if (type === "outcome") {
      const item = { scriptName: scriptName ?? null, entrypoint, outcome, cpuTime, wallTime, exceptions };
      ended({ ...item, event: eventOf(info, status) });
    }
  };
}

/** As `tail` gets it. */
function eventOf(info: Onset["info"], status: number | undefined): object {
  const { type, queueName, cron } = info ?? {};
  if (type === "fetch") return { request: {}, ...(status && { response: { status } }) };
  if (type === "queue") return { queue: queueName ?? "" };
  return type === "scheduled" || type === "alarm" ? { scheduledTime: 0, cron } : {};
}
