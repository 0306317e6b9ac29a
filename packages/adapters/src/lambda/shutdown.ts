/**
 * Pushes at the end of an environment: after SIGTERM every function of the process has 500 ms to push what is
 * left. Lambda sends it only if an extension has registered, and on Managed Instances.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */

/** How long a task may take, ms. */
const TIME = 450;

export class Shutdown {
  readonly #tasks: ((time: number) => Promise<unknown>)[] = [];

  /** @param task - pushes within `time` ms. Never rejects. */
  add(task: (time: number) => Promise<unknown>): void {
    if (!this.#tasks.length) process.once("SIGTERM", () => void this.#run());
    this.#tasks.push(task);
  }

  async #run(): Promise<void> {
    await Promise.all(this.#tasks.map((task) => task(TIME)));
    // With a listener of the user's, that one ends the process.
    if (!process.listenerCount("SIGTERM")) process.exit(0);
  }
}
