/** The invocations that run, by the objects by which frameworks inside find them. */
import type { Invocation } from "./invocation.ts";

/** An invocation, whose recorder it is, and the objects by which it is found. */
export interface Running extends Invocation {
  readonly recorder: object;
  readonly key: object;
  readonly context: object | undefined;
}

class RunningInvocations {
  readonly #all = new WeakMap<object, Running>();
  /** At least how many are in the map: mostly none, and then nothing is looked up. */
  #others = 0;
  /** The one that began last is not in the map: most are looked up and end before another begins. */
  #latest: Running | undefined;

  get(key: object): Running | undefined {
    const latest = this.#latest;
    if (latest && (latest.key === key || latest.context === key)) return latest;
    return this.#others ? this.#all.get(key) : undefined;
  }

  add(invocation: Running): void {
    if (this.#latest) {
      const { key, context } = this.#latest;
      this.#others++;
      this.#all.set(key, this.#latest);
      if (context) this.#all.set(context, this.#latest);
    }
    this.#latest = invocation;
  }

  /** Without effect for one that is not among them. A request that is sent twice counts twice. */
  delete(invocation: Running): void {
    if (this.#latest === invocation) {
      this.#latest = undefined;
      return;
    }
    const { key, context } = invocation;
    if (this.#all.get(key) === invocation) {
      this.#others--;
      this.#all.delete(key);
    }
    if (context && this.#all.get(context) === invocation) this.#all.delete(context);
  }
}

/** Of all recorders together, so that one notices that another measures the same request. */
export const RUNNING = new RunningInvocations();
