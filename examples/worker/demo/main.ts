/** `npm run demo`: see `--help`. Ends with 0, with 1 for a failure, 2 for bad arguments, 130 and 143 for signals. */
import { runDemo } from "@pushmeter/testkit/demo/run";
import { HELP, parseArguments } from "./arguments.ts";

await runDemo(async (resources) => {
  const args = parseArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // Imported late: it takes a second to load, and Ctrl-C should not have to wait.
  const { demo } = await import("./demo.ts");
  return demo(args, resources);
});
