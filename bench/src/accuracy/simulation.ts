/** Simulated time: it advances to the next event as soon as no request is on the network. */
import type { Runtime } from "@pushmeter/sdk";

interface Event {
  readonly time: number;
  readonly order: number;
  readonly run: () => unknown;
}

export class Simulation implements Runtime {
  readonly #random: () => number;
  /** A binary heap, the next event first. */
  readonly #events: Event[] = [];
  #time: number;
  #order = 0;
  #ids = 0;
  #busy = 0;

  /** @param start - milliseconds since the epoch. */
  constructor(start: number, random: () => number) {
    this.#time = start;
    this.#random = random;
  }

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  random(): number {
    return this.#random();
  }

  instanceId(): string {
    return `instance-${++this.#ids}`;
  }

  timer(ms: number, callback: () => void): () => void {
    let cancelled = false;
    this.at(this.#time + ms, () => {
      if (!cancelled) callback();
    });
    return () => {
      cancelled = true;
    };
  }

  async fetch(request: Request): Promise<Response> {
    return this.busy(fetch(request));
  }

  /** Holds time still until the promise settles. */
  async busy<T>(work: Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
    }
  }

  at(time: number, run: () => unknown): void {
    const events = this.#events;
    const event = { time: Math.max(time, this.#time), order: this.#order++, run };
    let i = events.push(event) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (isBefore(events[parent] as Event, event)) break;
      events[i] = events[parent] as Event;
      i = parent;
    }
    events[i] = event;
  }

  /** Runs until no event is left before `end`. */
  async run(end: number): Promise<void> {
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#time = next.time;
      next.run();
      do {
        await new Promise((resolve) => setImmediate(resolve));
      } while (this.#busy);
    }
    this.#time = end;
  }

  #next(end: number): Event | undefined {
    const events = this.#events;
    const [first] = events;
    if (!first || first.time > end) return undefined;
    const last = events.pop() as Event;
    if (events.length) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= events.length) break;
        if (child + 1 < events.length && isBefore(events[child + 1] as Event, events[child] as Event))
          child++;
        if (isBefore(last, events[child] as Event)) break;
        events[i] = events[child] as Event;
        i = child;
      }
      events[i] = last;
    }
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
