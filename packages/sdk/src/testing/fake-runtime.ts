import type { Runtime } from "../runtime.ts";

export interface FakeRuntimeOptions {
  /** For destinations without a `fetch` of their own. Default: rejects. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** `now()` at the start, milliseconds since the epoch. */
const EPOCH = 1_700_000_000_000;
/** Turns of the microtask queue that a chain of promises may take between two timers. */
const TURNS = 50;
/** What `settle` waits at most, in real milliseconds. */
const LONGEST_SETTLE = 5_000;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A runtime whose time stands still until it is told to move, so that tests of deadlines, leases and retries
 * neither sleep nor flicker. `now()` starts at 1,700,000,000,000, `monotonic()` at 0; instance ids are
 * `instance-1`, `instance-2` and so on.
 *
 * @example
 * ```ts
 * const runtime = new FakeRuntime({ fetch: receiver.fetch });
 * const pushmeter = createPushmeter({ push: remoteWrite({ url }, runtime) }, runtime);
 * // … an invocation …
 * await runtime.advance(5_000);
 * await runtime.settle(() => receiver.accepted === 1);
 * ```
 */
export class FakeRuntime implements Runtime {
  /** What `random()` returns. */
  randomValue = 0.5;
  readonly #fetch: (request: Request) => Promise<Response>;
  /** In the order of their making. */
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #instances = 0;

  constructor({ fetch = noFetch }: FakeRuntimeOptions = {}) {
    this.#fetch = fetch;
  }

  now(): number {
    return EPOCH + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  random(): number {
    return this.randomValue;
  }

  instanceId(): string {
    return `instance-${++this.#instances}`;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { due: this.#elapsed + Math.max(ms, 0), callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  fetch(request: Request): Promise<Response> {
    return this.#fetch(request);
  }

  /** Timers that have neither fired nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Moves time by `ms` and fires the timers that come due, in order, those made meanwhile among them. Promises
   * that need nothing but other promises settle before and after each. What needs the event loop (a real
   * `fetch`, a `CompressionStream`) does not: see `settle`.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await microtasks();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#elapsed = timer.due;
      timer.callback();
      await microtasks();
    }
    this.#elapsed = end;
  }

  /**
   * Lets the event loop run until `done` returns true, or ten turns without it. The fake time stands still.
   *
   * @throws Error if `done` is still false after 5 real seconds.
   */
  async settle(done?: () => boolean): Promise<void> {
    const end = Date.now() + LONGEST_SETTLE;
    for (let turn = 0; done ? !done() : turn < 10; turn++) {
      if (Date.now() > end) throw new Error(`not settled after ${LONGEST_SETTLE} ms: ${done}`);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  /**
   * Lets time run until the promise settles, from timer to timer; before each one the event loop gets its turns.
   * The result is the promise's.
   *
   * @throws Error if it waits for something that no timer brings about.
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    await this.settle();
    for (let next = this.#next(Infinity); next && !settled; next = this.#next(Infinity)) {
      await this.advance(next.due - this.#elapsed);
      await this.settle();
    }
    await this.settle(() => settled);
    return promise;
  }

  #next(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due <= end && (!next || timer.due < next.due)) next = timer;
    }
    return next;
  }
}

async function microtasks(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}

async function noFetch({ url }: Request): Promise<Response> {
  throw new TypeError(`FakeRuntime was given no fetch, and ${url} was asked for`);
}
