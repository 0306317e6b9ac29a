/** A Lambda function: invocations one after another, in execution environments that are started when needed. */
import { Environment, type Invocation, type Result } from "./environment.ts";
import type { FunctionOptions } from "./function-options.ts";

export class LocalLambda {
  readonly #options: FunctionOptions;
  #environment: Environment | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** How many environments have been started. */
  environments = 0;

  constructor(options: FunctionOptions) {
    this.#options = options;
  }

  /**
   * Invokes the function, in a new environment if none is running. Waits until the invocation before has ended and
   * the environment is frozen.
   */
  async invoke(event: unknown): Promise<Result> {
    const { result } = await this.begin(event);
    return result;
  }

  /**
   * Like `invoke`, but returns the result and the end of the invocation as two promises.
   *
   * @param idle - how long the environment was frozen before, besides the time that has really passed, ms.
   */
  begin(event: unknown, idle?: number): Promise<Invocation> {
    const begun = this.#turn.then(() => this.#invoke(event, idle));
    this.#turn = begun.then(({ end }) => end).catch(() => {});
    return begun;
  }

  /** The running environment; starts one if none is running. */
  async environment(): Promise<Environment> {
    if (!this.#environment?.alive) {
      await this.#environment?.stop();
      this.environments++;
      this.#environment = await Environment.start(this.#options);
    }
    return this.#environment;
  }

  /** Ends the environment as the service does: SIGTERM if an extension has registered, then SIGKILL. */
  async stop(): Promise<void> {
    await this.#turn;
    await this.#environment?.stop();
  }

  async #invoke(event: unknown, idle?: number): Promise<Invocation> {
    const environment = await this.environment();
    return environment.invoke(event, idle);
  }
}
