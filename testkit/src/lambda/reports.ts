/** What the platform reports of an environment's init phase and invocations, as telemetry. */
import type { Telemetry } from "./telemetry.ts";

export interface Reported {
  readonly id: string;
  /** On this process's monotonic clock, ms. */
  readonly started: number;
}

const INIT = { initializationType: "on-demand", phase: "init" };

export class Reports {
  readonly #telemetry: Telemetry;
  readonly #memory: number;
  #initStarted = 0;
  #initDuration: number | undefined;
  isOutOfMemory = false;

  /** @param memory - of the function, MB. */
  constructor(telemetry: Telemetry, memory = 256) {
    this.#telemetry = telemetry;
    this.#memory = memory;
  }

  initStarted(): void {
    this.#initStarted = performance.now();
    this.#telemetry.send("platform.initStart", INIT);
  }

  /** Counts the first time. */
  initEnded(status: "success" | "error", errorType?: string): void {
    if (this.#initDuration !== undefined) return;
    this.#initDuration = performance.now() - this.#initStarted;
    const report = { ...INIT, status, ...(errorType && { errorType }) };
    this.#telemetry.send("platform.initRuntimeDone", report);
    this.#telemetry.send("platform.initReport", { ...report, metrics: { durationMs: this.#initDuration } });
  }

  started(requestId: string): void {
    this.#telemetry.send("platform.start", { requestId, version: "$LATEST" });
  }

  /** The runtime has answered, or never will. */
  done({ id, started }: Reported, status: string, errorType?: string): void {
    this.#telemetry.send("platform.runtimeDone", {
      requestId: id,
      status,
      metrics: { durationMs: performance.now() - started },
      ...(errorType && { errorType }),
    });
  }

  /** Everything that the invocation is billed for is over. */
  report({ id, started }: Reported, status: string, errorType?: string): void {
    const durationMs = performance.now() - started;
    const metrics = {
      durationMs,
      billedDurationMs: Math.ceil(durationMs),
      memorySizeMB: this.#memory,
      maxMemoryUsedMB: this.isOutOfMemory ? this.#memory : Math.round(this.#memory / 2),
      initDurationMs: this.#initDuration,
    };
    const report = { requestId: id, status, metrics, ...(errorType && { errorType }) };
    this.#telemetry.send("platform.report", report);
  }
}
