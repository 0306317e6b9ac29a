import { createPushmeter } from "@pushmeter/sdk";
import { scheduleClock } from "@pushmeter/sdk/adapter";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime, Receiver } from "@pushmeter/sdk/testing";
import { describe, expect, it } from "vitest";
import { Pushes } from "./pushes.ts";

/** An environment that is frozen between invocations, with its monotonic clock and its timers. */
class Environment {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  isDown = false;
  hangs = false;
  readonly #pushmeter = createPushmeter(
    {
      push: remoteWrite(
        { url: "http://receiver/api/v1/write", timeout: 500, fetch: (request) => this.#fetch(request) },
        this.runtime,
      ),
      onError: () => {},
    },
    this.runtime,
  );
  readonly #calls = this.#pushmeter.meter.createCounter("calls");
  readonly pushes: Pushes;

  constructor(every: number) {
    this.pushes = new Pushes(this.#pushmeter, { every, now: scheduleClock(this.runtime) });
  }

  /** One call, then frozen for two seconds. */
  async invoke(): Promise<void> {
    this.#calls.add(1);
    this.pushes.recorded();
    await this.runtime.until(this.pushes.push(() => 3000));
    this.runtime.freeze(2000);
  }

  get stored(): number {
    const [series] = this.receiver.series("calls_total");
    return series?.samples.findLast(({ stale }) => !stale)?.value ?? 0;
  }

  async #fetch(request: Request): Promise<Response> {
    if (this.hangs) return new Promise(() => {});
    if (this.isDown) throw new TypeError("connection refused");
    return this.receiver.fetch(request);
  }
}

describe("pushes of a function whose environment is frozen", () => {
  it("with { every: 5000 } at a call per 2 s carry all within the interval (1 of 12 was delivered)", async () => {
    const environment = new Environment(5000);
    for (let call = 1; call <= 12; call++) {
      await environment.invoke();
      // The call that comes 6 s after a push pushes.
      expect(environment.stored).toBeGreaterThanOrEqual(call - 2);
    }
  });

  it("recover at the first call after an outage with refusals (nothing did within 25)", async () => {
    const environment = new Environment(0);
    environment.isDown = true;
    for (let i = 0; i < 6; i++) await environment.invoke();
    environment.isDown = false;
    await environment.invoke();
    expect(environment.stored).toBe(7);
  });

  it("take a tenth of the time at most when a receiver hangs, and recover within half a minute", async () => {
    const environment = new Environment(0);
    environment.hangs = true;
    for (let i = 0; i < 50; i++) await environment.invoke();
    // The four that showed that the receiver hangs, and the tenth of 100 s.
    expect(environment.runtime.monotonic()).toBeLessThan(4 * 500 + 10_000);
    environment.hangs = false;
    environment.runtime.freeze(30_000);
    await environment.invoke();
    expect(environment.stored).toBe(51);
  });

  it("are tried at the end of the environment whatever failed before", async () => {
    const environment = new Environment(1);
    environment.isDown = true;
    for (let i = 0; i < 20; i++) await environment.invoke();
    environment.isDown = false;
    await environment.runtime.until(environment.pushes.end(450));
    expect(environment.stored).toBe(20);
  });
});
