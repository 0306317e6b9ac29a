import type { Runtime } from "../runtime.ts";

export interface FakeRuntimeOptions {
  /** For destinations without the option `fetch`. Default: rejects. */
  readonly fetch?: ((request: Request) => Promise<Response>) | undefined;
}

/** `now()` at the start, milliseconds since the epoch. */
const EPOCH = 1_700_000_000_000;
/** The longest chain of promises between two timers. */
const MICROTASKS = 50;
/** What `settle` waits at most, in real milliseconds. */
const LONGEST_SETTLE = 5_000;
const LONGEST_TURN = 50;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * A runtime whose time stands still until a test advances it, so that tests of deadlines, leases and retries
 * do not sleep and do not depend on the machine's speed. `now()` starts at 1,700,000,000,000, `monotonic()` at 0; instance ids are
 * `instance-1`, `instance-2` and so on.
 *
 * @example
 * ```ts
 * const runtime = new FakeRuntime({ fetch: receiver.fetch });
 * const pushmeter = createPushmeter({ push: remoteWrite({ url }, runtime) }, runtime);
 * // … an invocation …
 * await runtime.advance(5_000);
 * receiver.total("http_server_request_duration_seconds_count");
 * ```
 */
export class FakeRuntime implements Runtime {
  /** What `random()` returns. */
  randomValue = 0.5;
  readonly #fetch: (request: Request) => Promise<Response>;
  /** In the order of their making. */
  readonly #timers = new Set<Timer>();
  #elapsed = 0;
  #frozen = 0;
  #instances = 0;

  constructor({ fetch = noFetch }: FakeRuntimeOptions = {}) {
    this.#fetch = fetch;
  }

  now(): number {
    return EPOCH + this.#elapsed + this.#frozen;
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
   * Advances time by `ms` and fires the timers that come due, in order, including those started meanwhile. Before
   * and after each the event loop turns once, so that promises settle and a `Receiver` answers. A thread or a
   * network takes real time and would miss fake deadlines: for gzip in Node and for a real `fetch`, advance in
   * steps with `settle` between them.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await turn();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#elapsed = timer.due;
      timer.callback();
      await turn();
    }
    this.#elapsed = end;
  }

  /** Lets only wall time pass, as in an environment that is frozen: `monotonic()` and the timers stand still. */
  freeze(ms: number): void {
    this.#frozen += ms;
  }

  /**
   * Lets the event loop turn until `done` returns true, or ten times without it. The fake time stands still.
   *
   * @throws Error if `done` is still false after about 5 real seconds; a turn counts at most 50 ms, so that a busy
   *   machine has longer.
   */
  async settle(done?: () => boolean): Promise<void> {
    let waited = 0;
    for (let turns = 0; done ? !done() : turns < 10; turns++) {
      if (waited > LONGEST_SETTLE) throw new Error(`not settled after ${LONGEST_SETTLE} ms: ${done}`);
      const start = Date.now();
      await turn();
      waited += Math.min(Date.now() - start, LONGEST_TURN);
    }
  }

  /**
   * Advances time from timer to timer until the promise settles, and settles as it does. Before each timer the
   * event loop turns as in `settle`.
   *
   * @throws Error if the promise waits for something that no timer causes.
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

async function turn(): Promise<void> {
  await microtasks();
  // A stream of workerd's, such as a request's body, is not read by microtasks alone.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await microtasks();
}

async function microtasks(): Promise<void> {
  for (let i = 0; i < MICROTASKS; i++) await Promise.resolve();
}

async function noFetch({ url }: Request): Promise<Response> {
  throw new TypeError(`FakeRuntime was given no fetch, and ${url} was asked for`);
}
