/** Cuts the receiver on request: for a while every push is refused as a proxy does whose backend is gone. */
const KEPT = 20;

export class Cut {
  readonly #now: () => number;
  readonly #spans: (readonly [from: number, to: number])[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param duration - milliseconds from now on. */
  begin(duration: number): void {
    const now = this.#now();
    // A second cut during the first begins the first one's time anew.
    const running = this.until ? this.#spans.pop() : undefined;
    this.#spans.push([running?.[0] ?? now, now + duration]);
    if (this.#spans.length > KEPT) this.#spans.shift();
  }

  /** Milliseconds since the epoch; 0 if the receiver is not cut. */
  get until(): number {
    const [, to = 0] = this.#spans.at(-1) ?? [];
    return to > this.#now() ? to : 0;
  }

  get spans(): readonly (readonly [from: number, to: number])[] {
    return this.#spans;
  }
}
