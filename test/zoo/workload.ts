/** What an instance records, and the truth about it. */
import type { Pushmeter } from "@pushmeter/sdk";
import type { Counts } from "./verdict.ts";

export class Workload {
  readonly truth = {
    logins: new Map<string, number>(),
    durations: new Map<string, number>(),
  } satisfies Counts;
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
    const { logins, durations } = this.truth;
    const known = [...logins.keys()].filter(() => this.#random() < 0.8);
    const born = Array.from({ length: births }, (_, n) => `result ${logins.size + n}`);
    const long = longLabel ? ["x".repeat(longLabel)] : [];
    for (const result of [...known, ...born, ...long]) {
      const count = 1 + Math.floor(this.#random() * 100);
      this.#logins.add(count, { result });
      this.#duration.record(count / 50, { result });
      logins.set(result, (logins.get(result) ?? 0) + count);
      durations.set(result, (durations.get(result) ?? 0) + 1);
    }
  }
}
