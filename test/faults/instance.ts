/** One instance of the product in this process, and the truth about what happened in it. */
import { createPushmeter, type Pushmeter } from "@pushmeter/sdk";
import { type RemoteWriteOptions, remoteWrite } from "@pushmeter/sdk/remote-write";
import { until } from "@pushmeter/testkit/poll";
import type { Prometheus } from "@pushmeter/testkit/servers/prometheus";
import { expect } from "vitest";
import { fastRuntime } from "./fast-runtime.ts";

const RESULTS = ["success", "failure", "later"];
/** Queries that count the durations, by the kind of histogram that the receiver has. */
const DURATIONS = {
  classic: (selector: string) => [
    `sum(login_duration_seconds_count${selector})`,
    `sum(login_duration_seconds_bucket${selector.replace("}", ',le="+Inf"}')})`,
  ],
  native: (selector: string) => [
    `sum(histogram_count(login_duration_seconds${selector}))`,
    `histogram_count(sum(login_duration_seconds${selector}))`,
  ],
};

export class Instance {
  readonly service: string;
  readonly pushmeter: Pushmeter;
  readonly errors: unknown[] = [];
  /** What `logins` counted, by result. */
  readonly happened = new Map<string, number>();
  readonly #logins;
  readonly #duration;
  #durations = 0;

  constructor(service: string, options: RemoteWriteOptions, random = Math.random) {
    const runtime = fastRuntime(random);
    this.service = service;
    this.pushmeter = createPushmeter(
      {
        service,
        push: remoteWrite({ timeout: 6000, ...options }, runtime),
        flush: "invocation",
        onError: (error) => this.errors.push(error),
      },
      runtime,
    );
    this.#logins = this.pushmeter.meter.createCounter("logins");
    this.#duration = this.pushmeter.meter.createHistogram("login.duration", { unit: "s" });
  }

  /** Something happens; a series that did not exist before may begin. */
  record(round: number): void {
    for (const result of RESULTS.slice(0, 1 + Math.min(round, 2))) {
      const count = 1 + ((round * 7) % 5);
      this.#logins.add(count, { result });
      this.#duration.record(0.01 * count, { result });
      this.#durations++;
      this.happened.set(result, (this.happened.get(result) ?? 0) + count);
    }
  }

  /** Pushes until everything is stored. */
  async settle(): Promise<void> {
    await until(`${this.service} is pushed`, () => this.pushmeter.flush(), Boolean);
  }

  /** Every total is what happened, and no series ever went back, which would count twice. */
  async check(
    prometheus: Pick<Prometheus, "query" | "queryRange">,
    histograms: keyof typeof DURATIONS = "classic",
  ): Promise<void> {
    const selector = `{job="${this.service}"}`;
    // Pushes of one millisecond are a millisecond apart, so that the last may be ahead of the clock.
    const now = Date.now() + 1000;
    const totals = await prometheus.query(`logins_total${selector}`, now);
    const counted = totals.map(({ labels, value }) => [labels.result, value]);
    expect(Object.fromEntries(counted), this.service).toEqual(Object.fromEntries(this.happened));
    expect(counted).toHaveLength(this.happened.size);

    const one = async (query: string) => (await prometheus.query(query, now))[0]?.value;
    for (const query of DURATIONS[histograms](selector)) {
      expect(await one(query), `${this.service}: ${query}`).toBe(this.#durations);
    }

    for (const { labels, samples } of await prometheus.queryRange(`logins_total${selector}[1h]`, now)) {
      const values = samples.map(([, value]) => value);
      expect(values, `${this.service} ${JSON.stringify(labels)}`).toEqual([...values].sort((a, b) => a - b));
    }
  }
}
