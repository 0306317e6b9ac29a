/**
 * The end of an environment: SIGTERM, then 500 ms, in which every function of the process may push what it has
 * left. Lambda sends it only if an extension has registered, and on Managed Instances.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import process from "node:process";

/** Of the 500 ms, what a task may take. */
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
    // A listener of the user's ends the process when it has done its part.
    if (!process.listenerCount("SIGTERM")) process.exit(0);
  }
}
