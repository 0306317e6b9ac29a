/** The invocations that run, by the objects by which frameworks inside find them. */
import type { Invocation } from "./invocation.ts";

/** An invocation, whose recorder it is, and the objects by which it is found. */
export interface Running extends Invocation {
  readonly recorder: object;
  readonly key: object;
  readonly context: object | undefined;
}

/** To look at so many takes less time than a WeakMap, and few run at once. */
const MOST_RECENT = 8;

class RunningInvocations {
  /** Those that began last, the newest at the end. */
  readonly #recent: Running[] = [];
  readonly #older = new WeakMap<object, Running>();
  /** At least how many are in the map: mostly none, and then nothing is looked up. */
  #olderCount = 0;

  get(key: object): Running | undefined {
    const recent = this.#recent;
    for (let i = recent.length - 1; i >= 0; i--) {
      const running = recent[i] as Running;
      if (running.key === key || running.context === key) return running;
    }
    return this.#olderCount ? this.#older.get(key) : undefined;
  }

  add(invocation: Running): void {
    if (this.#recent.push(invocation) <= MOST_RECENT) return;
    const oldest = this.#recent.shift() as Running;
    const { key, context } = oldest;
    this.#olderCount++;
    this.#older.set(key, oldest);
    if (context) this.#older.set(context, oldest);
  }

  /** Without effect for one that is not among them. A request that is sent twice counts twice. */
  delete(invocation: Running): void {
    const i = this.#recent.lastIndexOf(invocation);
    if (i >= 0) {
      this.#recent.splice(i, 1);
      return;
    }
    const { key, context } = invocation;
    if (this.#older.get(key) === invocation) {
      this.#olderCount--;
      this.#older.delete(key);
    }
    if (context && this.#older.get(context) === invocation) this.#older.delete(context);
  }
}

/** Of all recorders together, so that one notices that another measures the same request. */
export const RUNNING = new RunningInvocations();
