/** Tail Workers: what the code of a Worker cannot see of itself. */
import type { Attributes } from "@opentelemetry/api";
import type { Pushmeter } from "@pushmeter/sdk";
import { recorderOf } from "@pushmeter/sdk/adapter";
import { attempt } from "../callbacks.ts";
import { BOUNDS } from "../durations.ts";
import { type Context, platformOf } from "./context.ts";
import { type TailItem, tailAttributes } from "./tail-events.ts";
import { type StreamedEvent, type StreamHandler, streamed } from "./tail-stream.ts";

/** Of CPU time, in seconds. */
const CPU_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Scripts that are told apart in one instance; the others are counted as `_OTHER`. */
const MOST_SCRIPTS = 100;

/** A tail Worker, for both kinds of tails. */
export interface TailMeter<Env> {
  tail(events: readonly TailItem[], env: Env, ctx: Context): void;
  tailStream(onset: StreamedEvent, env: Env, ctx: Context): StreamHandler;
}

/** Records invocations of one script. */
interface Script {
  record(item: TailItem): void;
  /** Has pushed what was recorded. */
  push(env: unknown, ctx: Context): void;
}

/**
 * A whole tail Worker. Of every Worker that names it among its `tail_consumers` or `streaming_tail_consumers` it records the
 * invocations, without a line in that Worker: `faas.invoke_duration` (wall time, which lasts to the end of `waitUntil`) and
 * `faas.cpu_time`, with `faas.trigger` and `outcome`. In Prometheus `job` is the Worker's name, and the pushmeter's
 * `service` only where the platform does not tell the name, as locally.
 *
 * @example
 * ```ts
 * export default tailMeter(pushmeter);
 * ```
 */
export function tailMeter<Env>(pushmeter: Pushmeter<Env>): TailMeter<Env> {
  const recorder = recorderOf(pushmeter);
  const scripts = new Map<string, Script>();
  const scriptNamed = (name: string): Script => {
    const known = scripts.get(name);
    if (known) return known;
    if (scripts.size >= MOST_SCRIPTS && name !== "_OTHER") return scriptNamed("_OTHER");
    const script = scriptOf(name ? recorder.ofService(name) : pushmeter);
    scripts.set(name, script);
    return script;
  };
  const record = (items: readonly TailItem[], env: unknown, ctx: Context) => {
    const recorded = new Set<Script>();
    for (const item of items) {
      attempt(recorder, () => {
        const script = scriptNamed(item.scriptName ?? "");
        script.record(item);
        recorded.add(script);
      });
    }
    for (const script of recorded) script.push(env, ctx);
  };
  return {
    tail: (events, env, ctx) => record(events, env, ctx),
    tailStream: (onset, env, ctx) => streamed(onset, (item) => record([item], env, ctx)),
  };
}

function scriptOf(pushmeter: Pushmeter): Script {
  const recorder = recorderOf(pushmeter);
  const histogram = (metric: string, description: string, bounds: number[]) => {
    const advice = { explicitBucketBoundaries: bounds };
    return pushmeter.meter.createHistogram(metric, { unit: "s", description, advice });
  };
  const wall = histogram("faas.invoke_duration", "Duration of invocations.", BOUNDS);
  const cpu = histogram("faas.cpu_time", "CPU time of invocations.", CPU_BOUNDS);
  return {
    record(item) {
      const attributes: Attributes = tailAttributes(item);
      // An event without times counts.
      wall.record((item.wallTime ?? 0) / 1000, attributes);
      cpu.record((item.cpuTime ?? 0) / 1000, attributes);
    },
    push(env, ctx) {
      // Without `waitUntil` when it begins: it is not the script that has started.
      const invocation = recorder.begin("other", () => ({ env }), {});
      if (invocation) recorder.endIgnored(invocation, () => platformOf(env, ctx));
    },
  };
}
