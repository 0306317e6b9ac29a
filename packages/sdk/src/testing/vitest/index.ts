/**
 * `@pushmeter/sdk/testing/vitest`: a matcher for vitest. It imports nothing of vitest but types.
 * @module @pushmeter/sdk/testing/vitest
 */
import type {} from "vitest";
import { count } from "../counted.ts";
import type { TestMeter } from "../test-meter.ts";
import type { WantedLabels } from "../test-series.ts";

/** What vitest gets of a matcher. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
  readonly actual: number;
  readonly expected: number | undefined;
}

/** The matchers, for `expect.extend(matchers)`. */
export const matchers = {
  /**
   * `await expect(meter).toHaveCounted("app_logins_total", { result: "success" }, 2)`: the series of this name that
   * have these labels add up to 2. Without a number: to anything but zero. If not, the message lists what was recorded.
   */
  async toHaveCounted(
    meter: TestMeter,
    name: string,
    labels?: WantedLabels,
    expected?: number,
  ): Promise<MatcherResult> {
    if (typeof meter?.series !== "function") {
      throw new TypeError("pushmeter: toHaveCounted takes what testMeter returned: expect(meter)");
    }
    const { pass, total, message } = count(await meter.series(), { name, labels, value: expected });
    return { pass, message: () => message, actual: total, expected };
  },
};

declare module "vitest" {
  // Type parameters of vitest 5.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /**
     * Of what `testMeter` returned: the series of this name that have these labels add up to `expected`.
     *
     * @param expected - default: anything but zero.
     */
    toHaveCounted(name: string, labels?: WantedLabels, expected?: number): Promise<void>;
  }
}
