/** Sends visits to the instances and counts them: the metrics must say the same. */
import { setTimeout as sleep } from "node:timers/promises";
import { Counts, cronName, loginName, queueName, requestName } from "@pushmeter/testkit/demo/counts";
import { Failure } from "@pushmeter/testkit/demo/failure";
import { SeededRandom } from "@pushmeter/testkit/random";
import type { Instance } from "./instance.ts";
import { MESSAGES, REQUESTS } from "./tail.ts";
import { type Visit, visit } from "./visits.ts";

const VISITORS = 8;
/** How long a visitor reads an answer at most, ms. */
const LONGEST_READ = 100;
/** Requests for each second that was asked for: on a busy machine they take longer than these seconds. */
const LEAST_PER_SECOND = 20;
const CRONS = 2;
/** Workers limit `waitUntil` to 30 s. */
const LONGEST_WAIT = 35_000;

export class Traffic {
  /** Requests by route, method and status, and logins, crons and queue batches. */
  readonly sent = new Counts();
  requests = 0;
  readonly #instances: readonly Instance[];
  readonly #seed: number;
  #messages = 0;

  constructor(instances: readonly Instance[], seed: number) {
    this.#instances = instances;
    this.#seed = seed;
  }

  /**
   * Sends visits and crons for so many seconds, and at least twenty requests for each of them.
   *
   * @param progress - called before each visit with the seconds since the start.
   * @returns the seconds it took until all visits were answered.
   */
  async run(seconds: number, progress: (seconds: number) => void): Promise<number> {
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    const visitor = async (random: SeededRandom) => {
      while (elapsed() < seconds || this.requests < seconds * LEAST_PER_SECOND) {
        progress(elapsed());
        await this.#send(random.pick(this.#instances), visit(random));
        await sleep(random.next() * LONGEST_READ);
      }
    };
    const clock = async () => {
      for (let i = 0; i < CRONS; i++) {
        await sleep((seconds * 1000) / (CRONS + 1));
        for (const instance of this.#instances) {
          await instance.trigger();
          this.sent.add(cronName(instance.cron));
        }
      }
    };
    const visitors = Array.from({ length: VISITORS }, (_, i) => visitor(new SeededRandom(this.#seed + i)));
    await Promise.all([...visitors, clock()]);
    return elapsed();
  }

  /**
   * Waits until all that was sent is over, pushes included.
   *
   * @param progress - called with the seconds it has waited.
   * @throws Failure if they take longer than Workers let them.
   */
  async settle(progress: (seconds: number) => void): Promise<void> {
    const start = performance.now();
    for (let open = this.#open(); open > 0; open = this.#open()) {
      const waited = performance.now() - start;
      if (waited > LONGEST_WAIT) throw new Failure(`After ${LONGEST_WAIT} ms ${open} invocations still run.`);
      progress(waited / 1000);
      await sleep(50);
    }
    // The queue chooses how many messages are in a batch.
    for (const { queue, ended } of this.#instances) {
      this.sent.add(queueName(queue), ended.of(queueName(queue)));
    }
  }

  async #send(instance: Instance, { method, route, path, body }: Visit): Promise<void> {
    const headers = body === undefined ? undefined : { "content-type": "application/json" };
    const response = await fetch(new URL(path, instance.url), { method, body, headers });
    await response.arrayBuffer();
    const { status } = response;
    this.requests++;
    this.sent.add(requestName(method, route, status));
    if (route === "/login" && status === 200) this.sent.add(loginName("success"));
    if (route === "/login" && status === 401) this.sent.add(loginName("failure"));
    if (status === 202) this.#messages++;
  }

  #open(): number {
    let open = this.#left(REQUESTS, this.requests) + this.#left(MESSAGES, this.#messages);
    for (const cron of new Set(this.#instances.map((instance) => cronName(instance.cron)))) {
      open += this.#left(cron, this.sent.of(cron));
    }
    return open;
  }

  #left(what: string, sent: number): number {
    const ended = this.#instances.reduce((sum, instance) => sum + instance.ended.of(what), 0);
    return Math.max(sent - ended, 0);
  }
}
