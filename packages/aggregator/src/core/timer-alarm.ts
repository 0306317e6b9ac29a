import type { Runtime } from "@pushmeter/sdk";
import type { Alarm } from "./host-options.ts";

/** An alarm on the runtime's timers, for hosts whose process stays. */
export class TimerAlarm implements Alarm {
  readonly #runtime: Runtime;
  readonly #callback: () => void;
  #cancel = () => {};

  /** @param callback - calls `ShardHost.alarm`. */
  constructor(runtime: Runtime, callback: () => void) {
    this.#runtime = runtime;
    this.#callback = callback;
  }

  set(time: number): void {
    this.clear();
    this.#cancel = this.#runtime.timer(time - this.#runtime.now(), this.#callback);
  }

  clear(): void {
    this.#cancel();
    this.#cancel = () => {};
  }
}
