/** What an instance records, and the truth about it. */
import type { Pushmeter } from "@pushmeter/sdk";

export class Workload {
  /** What `logins` counted, by the label `result`. */
  readonly truth = new Map<string, number>();
  readonly #random: () => number;
  readonly #logins;
  readonly #duration;

  constructor({ meter }: Pushmeter, random: () => number) {
    this.#random = random;
    this.#logins = meter.createCounter("logins");
    this.#duration = meter.createHistogram("login.duration", {
      unit: "s",
      advice: { explicitBucketBoundaries: [0.1, 1] },
    });
  }

  /** Something happens in most series, and new ones begin. */
  record(births = 0, longLabel = 0): void {
    const known = [...this.truth.keys()].filter(() => this.#random() < 0.8);
    const born = Array.from({ length: births }, (_, n) => `result ${this.truth.size + n}`);
    const long = longLabel ? ["x".repeat(longLabel)] : [];
    for (const result of [...known, ...born, ...long]) {
      const count = 1 + Math.floor(this.#random() * 100);
      this.#logins.add(count, { result });
      this.#duration.record(count / 50, { result });
      this.truth.set(result, (this.truth.get(result) ?? 0) + count);
    }
  }
}
