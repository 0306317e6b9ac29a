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
    return this.receiver.total("calls_total");
  }

  async #fetch(request: Request): Promise<Response> {
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

  it("recover at the second call after the receiver is back (nothing did within 25)", async () => {
    const environment = new Environment(1);
    environment.isDown = true;
    for (let i = 0; i < 6; i++) await environment.invoke();
    environment.isDown = false;
    // Pauses after failures end by the wall clock: after an idle minute they are over.
    environment.runtime.freeze(60_000);
    await environment.invoke();
    await environment.invoke();
    expect(environment.stored).toBe(8);
  });

  it("are tried at the end of the environment whatever failed before", async () => {
    const environment = new Environment(1);
    environment.isDown = true;
    for (let i = 0; i < 20; i++) await environment.invoke();
    environment.isDown = false;
    await environment.runtime.until(environment.pushes.last(450));
    expect(environment.stored).toBe(20);
  });
});
