/** Amounts by second, of the last minutes. */

/** Seconds that are kept. */
const WINDOW = 600;

export class Seconds {
  readonly #amounts = new Float64Array(WINDOW);
  /** The newest second that has a place; seconds since the epoch. */
  #newest = Number.NEGATIVE_INFINITY;

  /** Spreads an amount evenly between two times, milliseconds since the epoch. What lies before the window is left out. */
  add(amount: number, from: number, to: number): void {
    const last = Math.floor(to / 1000);
    this.#advance(last);
    const length = to - from;
    if (!(length > 0)) {
      this.#increase(last, amount);
      return;
    }
    const first = Math.max(Math.floor(from / 1000), this.#newest - WINDOW + 1);
    for (let second = first; second <= last; second++) {
      const share = (Math.min(to, (second + 1) * 1000) - Math.max(from, second * 1000)) / length;
      if (share > 0) this.#increase(second, amount * share);
    }
  }

  /** The amount of one second. */
  at(second: number): number {
    if (second > this.#newest || second <= this.#newest - WINDOW) return 0;
    return this.#amounts[second % WINDOW] as number;
  }

  /** The sum of so many seconds that end with this one. */
  sum(last: number, count: number): number {
    let total = 0;
    for (let second = last - count + 1; second <= last; second++) total += this.at(second);
    return total;
  }

  #increase(second: number, amount: number): void {
    if (second <= this.#newest - WINDOW) return;
    const at = second % WINDOW;
    this.#amounts[at] = (this.#amounts[at] as number) + amount;
  }

  /** Empties the places of seconds that begin. */
  #advance(second: number): void {
    if (second <= this.#newest) return;
    if (second - this.#newest >= WINDOW) this.#amounts.fill(0);
    else for (let each = this.#newest + 1; each <= second; each++) this.#amounts[each % WINDOW] = 0;
    this.#newest = second;
  }
}
