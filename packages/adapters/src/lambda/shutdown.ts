/**
 * The end of an environment: after SIGTERM every function of the process has 500 ms to push what is left. Lambda
 * sends it only if an extension has registered, also when a function's time is up, and on Managed Instances.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */

/** How long a push may take, ms. */
const TIME = 450;

/** Records what is left, and returns what pushes it within `time` ms and never rejects. */
export type Ending = () => (time: number) => Promise<unknown>;

export class Shutdown {
  readonly #endings: Ending[] = [];

  add(ending: Ending): void {
    if (!this.#endings.length) process.once("SIGTERM", () => void this.#run());
    this.#endings.push(ending);
  }

  async #run(): Promise<void> {
    // Functions may share a pushmeter: all have recorded before the first one pushes.
    const pushes = this.#endings.map((ending) => ending());
    await Promise.all(pushes.map((push) => push(TIME)));
    // With a listener of the user's, that one ends the process. The signal again and not process.exit, which
    // AWS's runtime client keeps from ending.
    if (!process.listenerCount("SIGTERM")) process.kill(process.pid, "SIGTERM");
  }
}
