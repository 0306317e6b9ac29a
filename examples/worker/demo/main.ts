/** `npm run demo`: see `--help`. Ends with 0, with 1 for a failure, 2 for bad arguments, 130 and 143 for signals. */
import { setTimeout as sleep } from "node:timers/promises";
import { HELP, parseArguments } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { endOnSignals } from "./signals.ts";

/** Everything that was started. */
const resources = new AsyncDisposableStack();

endOnSignals(resources);

try {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(HELP);
  } else {
    // What it imports takes a second to load, and Ctrl-C should not have to wait.
    const { demo } = await import("./demo.ts");
    process.exitCode = await demo(args, resources);
  }
} catch (error) {
  if (error instanceof Failure) {
    console.error(error.message);
    process.exitCode = error.status;
  } else {
    // Ctrl-C ends workerd, too, and what that breaks may be heard of before the signal.
    await sleep(100);
    if (!resources.disposed) console.error(error);
    process.exitCode = 1;
  }
} finally {
  await resources.disposeAsync();
}
