/** One function: recognises each event, measures its handler, and has the numbers pushed. */
import type { Pushmeter } from "@pushmeter/sdk";
import {
  type Ending,
  type Invocation,
  type Platform,
  type Recorder,
  recorderOf,
  scheduleClock,
  systemRuntime,
} from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { durableEnding } from "./durable.ts";
import { recognise, UNKNOWN } from "./event.ts";
import type { Extension } from "./extension.ts";
import { fields, text } from "./fields.ts";
import type { Host } from "./host.ts";
import { createInstruments } from "./instruments.ts";
import type { LambdaOptions } from "./options.ts";
import { Pushes } from "./pushes.ts";
import { isManaged, isSnapshot, isWarm, resourceAttributes } from "./resource.ts";
import { endingOf, type StreamedResponse } from "./response.ts";
import type { FaasSource, Source } from "./source.ts";

const TIMEOUT_MARGIN = 500;
/** Lambda's own limit, ms. */
const LONGEST_FUNCTION = 900_000;

export class InstrumentedFunction {
  readonly #recorder: Recorder;
  readonly #options: LambdaOptions;
  readonly #extension: Extension | undefined;
  readonly #managed: boolean;
  readonly #instruments;
  readonly #pushes: Pushes;
  readonly #platform: () => Platform;
  /** End the running invocations as time-outs. */
  readonly #timeOuts = new Set<() => void>();
  #initSeconds: number | undefined;

  constructor(
    pushmeter: Pushmeter,
    options: LambdaOptions<never, never>,
    { env, extension, refusal, shutdown }: Host,
  ) {
    this.#recorder = recorderOf(pushmeter);
    // Callbacks are called with what the handler that they are typed with is called with.
    this.#options = options as LambdaOptions;
    this.#extension = extension;
    this.#managed = isManaged(env);
    this.#instruments = createInstruments(pushmeter.meter);
    this.#pushes = new Pushes(pushmeter, { every: options.every ?? 0, now: scheduleClock(systemRuntime) });
    this.#platform = () => ({
      // On Managed Instances nothing is frozen: the core's own interval pushes.
      ...(!this.#managed && { adapterFlushes: true, waitUntil: () => {} }),
      isWarm: isWarm(env),
      resource: {
        ...resourceAttributes(env),
        ...(this.#managed && { "service.instance.id": `${crypto.randomUUID()}-${threadId()}` }),
      },
    });
    if (refusal) {
      const lost = options.every ? ", and what `every` has left when the environment ends is lost" : "";
      const sentence = `pushmeter: callers wait for each push${lost}: ${refusal}`;
      this.#recorder.report(new Error(sentence));
    }
    // The time origin is the start of the process.
    const isTimed = env.AWS_LAMBDA_FUNCTION_NAME && !isSnapshot(env);
    this.#initSeconds = isTimed ? performance.now() / 1000 : undefined;
    if (env.AWS_LAMBDA_FUNCTION_NAME) shutdown.add(() => this.#end());
  }

  /**
   * Runs `handle` for an event and records how it ended. Returns what it returns and throws what it throws.
   *
   * @param stream - what the handler answers with in place of a result.
   */
  async run(
    event: unknown,
    context: unknown,
    handle: () => unknown,
    stream?: StreamedResponse,
  ): Promise<unknown> {
    const recorder = this.#recorder;
    const key = typeof context === "object" && context ? context : {};
    // Wrapped twice: the outer wrapper counts.
    if (recorder.current(key)) return handle();

    const afterResponse = this.#extension?.begin(text(fields(context).awsRequestId) ?? "");
    const source = attempt(recorder, recognise, event) ?? UNKNOWN;
    const trigger = source.kind === "http" ? "http" : source.trigger;
    const invocation = recorder.begin(trigger, this.#platform, key);
    if (invocation) this.#recordInit(trigger);
    let ended = false;
    const end = (ending: Ending | "pending", result?: unknown) => {
      this.#timeOuts.delete(timeOut);
      if (ended || !invocation) return;
      ended = true;
      attempt(recorder, () => this.#record(invocation, source, event, ending, result));
    };
    const timeOut = () => end({ thrown: { error: new TimeoutError() } });
    this.#timeOuts.add(timeOut);
    const remaining = remainingTime(context);
    const disarm = this.#armTimeout(remaining, timeOut);
    try {
      const result = await handle();
      // A result may be anything, with getters that throw.
      const read = () => {
        if (source.kind === "faas") return faasEnding(source, result);
        return stream ? stream.ending() : endingOf(source, result);
      };
      end(attempt(recorder, read) ?? {}, result);
      return result;
    } catch (error) {
      const status = source.kind === "http" ? source.failure : undefined;
      end(stream && status ? stream.failure(error, status) : { status, thrown: { error } });
      throw error;
    } finally {
      disarm();
      const push = () => this.#pushes.push(remaining);
      if (afterResponse) afterResponse(push);
      else await push();
    }
  }

  #record(
    invocation: Invocation,
    source: Source,
    event: unknown,
    ending: Ending | "pending",
    result: unknown,
  ): void {
    const recorder = this.#recorder;
    const { ignore, route, attributes } = this.#options;
    if (!this.#managed) this.#pushes.recorded();
    if (ending === "pending" || (ignore && attempt(recorder, ignore, event))) {
      recorder.endIgnored(invocation, this.#platform);
      return;
    }
    const custom = attributes && attempt(recorder, attributes, event, result);
    if (source.kind === "http") {
      const named = route && attempt(recorder, route, event);
      invocation.route = named ?? invocation.route ?? source.route;
      const request = { method: source.method, url: `${source.scheme}:` };
      recorder.endHttp(invocation, request, ending, this.#platform, custom);
    } else {
      const all = { ...custom, ...source.attributes };
      recorder.endFaas(invocation, source.trigger, ending, this.#platform, all);
      const { batch } = source;
      if (batch) this.#instruments.recordBatch(source, ending, batch.size, batch.failed(result));
    }
  }

  /** Once, with the first invocation: an environment that is never invoked has no cold start. */
  #recordInit(trigger: string): void {
    if (this.#initSeconds !== undefined) {
      this.#instruments.init.record(this.#initSeconds, { "faas.trigger": trigger });
    }
    this.#initSeconds = undefined;
  }

  /**
   * Shortly before the function's time is up: pushes what is left. With an extension SIGTERM tells of a time-out;
   * without one Lambda kills the function without a word, and the time-out is recorded now.
   */
  #armTimeout(remaining: () => number, timeOut: () => void): () => void {
    const left = remaining();
    if (!(left > 0 && left <= LONGEST_FUNCTION)) return () => {};
    const margin = Math.min(this.#options.timeoutMargin ?? TIMEOUT_MARGIN, left / 2);
    const timer = setTimeout(() => {
      if (!this.#extension) timeOut();
      void this.#pushes.now(remaining());
    }, left - margin);
    return () => clearTimeout(timer);
  }

  /** The environment ends. What runs then, unless Managed Instances let it end, has run out of time. */
  #end(): (time: number) => Promise<void> {
    if (!this.#managed) for (const timeOut of this.#timeOuts) timeOut();
    return (time) => this.#pushes.end(time);
  }
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor() {
    super("The function's time is up");
  }
}

/** Not imported, to save time at a cold start. */
const threadId = () => process.getBuiltinModule("node:worker_threads").threadId;

/**
 * A batch of which every record failed is a failure, although nothing was thrown. A durable execution that is not over
 * is neither a failure nor a success.
 */
function faasEnding({ batch, isDurable }: FaasSource, result: unknown): Ending | "pending" {
  if (isDurable) return durableEnding(result) ?? "pending";
  if (!batch?.size || batch.failed(result) < batch.size) return {};
  const error = new Error("Every record of the batch failed");
  error.name = "BatchItemFailures";
  return { thrown: { error } };
}

/** What remains of the function's time, ms. Infinity if the context has no remaining time. */
function remainingTime(context: unknown): () => number {
  const { getRemainingTimeInMillis: remaining } = fields(context);
  if (typeof remaining !== "function") return () => Infinity;
  return () => {
    try {
      const left: unknown = remaining.call(context);
      return typeof left === "number" && !Number.isNaN(left) ? left : Infinity;
    } catch {
      return Infinity;
    }
  };
}
