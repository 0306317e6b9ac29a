/** Runs a demo as a command: exit status, messages, and an end that leaves nothing running. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "./failure.ts";

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

/**
 * Sets the exit status to the demo's, or to 1 or a `Failure`'s status if it throws. Then, and on Ctrl-C and SIGTERM,
 * ends the resources; a signal's exit status is the shell's, 130 or 143.
 *
 * @param demo - puts all that has to be ended into `resources`.
 */
export async function runDemo(demo: (resources: AsyncDisposableStack) => Promise<number>): Promise<void> {
  const resources = new AsyncDisposableStack();
  for (const [signal, status] of SIGNALS) {
    process.once(signal, async () => {
      process.stdout.write("\n");
      await resources.disposeAsync();
      process.exit(status);
    });
  }
  try {
    process.exitCode = await demo(resources);
  } catch (error) {
    if (error instanceof Failure) {
      console.error(error.message);
      process.exitCode = error.status;
    } else {
      // Ctrl-C also ends child processes: the errors that this causes can arrive before the signal.
      await sleep(1000);
      if (!resources.disposed) console.error(error);
      process.exitCode = 1;
    }
  } finally {
    await resources.disposeAsync();
  }
}
