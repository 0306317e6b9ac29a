/** Instances: when each was born, when it pushed, when it ended. */
import type { Labels } from "../storage/database.ts";

const MOST = 400;
/** Times of pushes that are kept of each. */
const MOST_PUSHES = 150;
/** Without a push for so long an instance is quiet: two heartbeats of an aggregator and a bit, ms. */
const QUIET = 35_000;

export interface Instance {
  readonly job: string;
  readonly id: string;
  wire: string;
  /** Of receipt, ms since the epoch. */
  readonly born: number;
  lastPush: number;
  /** The time of its newest sample. */
  lastSample: number;
  pushes: number;
  requests: number;
  /** When it marked its series stale. */
  ended: number | undefined;
  readonly pushed: number[];
}

export type InstanceState = "live" | "quiet" | "ended";

export class Instances {
  /** The one that pushed last is the last. */
  readonly #instances = new Map<string, Instance>();
  #born = 0;
  #ended = 0;

  get born(): number {
    return this.#born;
  }

  get ended(): number {
    return this.#ended;
  }

  /** An instance has pushed. @param hasEnded - this push marked series stale. */
  pushed(labels: Labels, wire: string, now: number, lastSample: number, hasEnded: boolean): void {
    const { job = "", instance: id = "" } = labels;
    const instance = this.find(labels, wire, now);
    instance.wire = wire;
    instance.lastPush = now;
    instance.lastSample = Math.max(instance.lastSample, lastSample);
    instance.pushes++;
    instance.pushed.push(now);
    if (instance.pushed.length > MOST_PUSHES) instance.pushed.shift();
    if (hasEnded && instance.ended === undefined) this.#ended++;
    if (!hasEnded && instance.ended !== undefined) this.#ended--;
    instance.ended = hasEnded ? now : undefined;
    this.#instances.delete(keyOf(job, id));
    this.#instances.set(keyOf(job, id), instance);
  }

  find({ job = "", instance: id = "" }: Labels, wire: string, now: number): Instance {
    const key = keyOf(job, id);
    const known = this.#instances.get(key);
    if (known) return known;
    this.#born++;
    const instance: Instance = {
      job,
      id,
      wire,
      born: now,
      lastPush: now,
      lastSample: 0,
      pushes: 0,
      requests: 0,
      ended: undefined,
      pushed: [],
    };
    this.#instances.set(key, instance);
    const [oldest] = this.#instances.keys();
    if (this.#instances.size > MOST && oldest !== undefined) this.#instances.delete(oldest);
    return instance;
  }

  /** The one that pushed last is the first. */
  all(): Instance[] {
    return [...this.#instances.values()].reverse();
  }

  live(now: number): number {
    return this.all().filter((instance) => stateOf(instance, now) === "live").length;
  }
}

export function stateOf({ ended, lastPush }: Instance, now: number): InstanceState {
  if (ended !== undefined) return "ended";
  return now - lastPush > QUIET ? "quiet" : "live";
}

function keyOf(job: string, id: string): string {
  return `${job}\n${id}`;
}
