/** The newest samples of a series, in the order of their times. */

/** An hour of a push every five seconds. */
const MOST = 720;
const FIRST = 8;

export class Samples {
  #times = new Float64Array(FIRST);
  #values = new Float64Array(FIRST);
  /** Where the oldest is. */
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param index - 0 is the oldest; -1 the newest. Milliseconds since the epoch. */
  time(index: number): number {
    return this.#times[this.#at(index)] as number;
  }

  value(index: number): number {
    return this.#values[this.#at(index)] as number;
  }

  /** Adds a sample after all others. @returns how many more samples are kept now: 1 or 0. */
  push(time: number, value: number): number {
    if (this.#length === this.#times.length && this.#length < MOST) this.#grow();
    const isFull = this.#length === this.#times.length;
    if (isFull) this.#first = (this.#first + 1) % this.#length;
    else this.#length++;
    const at = this.#at(-1);
    this.#times[at] = time;
    this.#values[at] = value;
    return isFull ? 0 : 1;
  }

  /** The index of the newest sample at or before that time; -1 if there is none. */
  until(time: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.time(middle) <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #at(index: number): number {
    return (this.#first + (index < 0 ? this.#length + index : index)) % this.#times.length;
  }

  /** It is full and not yet at its largest: its oldest sample is at index 0. */
  #grow(): void {
    const size = Math.min(this.#length * 2, MOST);
    const [times, values] = [new Float64Array(size), new Float64Array(size)];
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
}
