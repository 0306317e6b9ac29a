/** A function as its callers see it: invocations, one after another, in environments that come and go. */
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
   * Invokes the function, in a new environment if there is none. As the callers of one environment do, each waits
   * until the one before has ended and the environment is frozen.
   */
  async invoke(event: unknown): Promise<Result> {
    const { result } = await this.begin(event);
    return result;
  }

  /** The same, with the end of the invocation, at which everything waits again, apart from its result. */
  begin(event: unknown): Promise<Invocation> {
    const begun = this.#turn.then(() => this.#invoke(event));
    this.#turn = begun.then(({ end }) => end).catch(() => {});
    return begun;
  }

  /** The running environment, started if there is none. */
  async environment(): Promise<Environment> {
    if (!this.#environment?.alive) {
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

  async #invoke(event: unknown): Promise<Invocation> {
    const environment = await this.environment();
    return environment.invoke(event);
  }
}
