/** Invokes the function, one event after another, and counts the results: the metrics must say the same. */

import {
  Counts,
  cronName,
  loginName,
  queueName,
  recordName,
  requestName,
} from "@pushmeter/testkit/demo/counts";
import type { Result } from "@pushmeter/testkit/lambda/environment";
import type { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { SeededRandom } from "@pushmeter/testkit/random";
import { type Trigger, trigger } from "./events.ts";

export class Traffic {
  readonly sent = new Counts();
  events = 0;
  /** What callers waited and what is billed, ms, event by event. */
  readonly durations: { readonly caller: number; readonly billed: number }[] = [];
  readonly #lambda: LocalLambda;

  constructor(lambda: LocalLambda) {
    this.#lambda = lambda;
  }

  /** @param progress - called before each event with the seconds since the start. */
  async run(seconds: number, seed: number, progress: (seconds: number) => void): Promise<void> {
    const random = new SeededRandom(seed);
    const start = performance.now();
    for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - start) / 1000) {
      progress(elapsed);
      const next = trigger(random);
      const { result, end } = await this.#lambda.begin(next.event);
      this.#keep(next, await result);
      this.durations.push({ caller: (await result).duration, billed: await end });
      this.events++;
    }
  }

  #keep(trigger: Trigger, { payload }: Result): void {
    if (trigger.kind === "schedule") {
      this.sent.add(cronName(trigger.rule));
    } else if (trigger.kind === "queue") {
      this.sent.add(queueName(trigger.queue));
      const failed = (payload as { batchItemFailures: unknown[] }).batchItemFailures.length;
      if (trigger.size > failed) this.sent.add(recordName("success"), trigger.size - failed);
      if (failed) this.sent.add(recordName("exception"), failed);
    } else {
      const { method, route } = trigger;
      const { statusCode } = payload as { statusCode: number };
      this.sent.add(requestName(method, route, statusCode));
      if (route === "/login") this.sent.add(loginName(statusCode === 200 ? "success" : "failure"));
    }
  }
}
