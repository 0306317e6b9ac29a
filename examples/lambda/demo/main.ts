/** `npm run demo:lambda`: see `--help`. Ends with 0, with 1 for a failure, 2 for bad arguments, 130 and 143 for signals. */
import { parseArgs } from "node:util";
import { Failure } from "@pushmeter/testkit/demo/failure";
import { runDemo } from "@pushmeter/testkit/demo/run";

const HELP = `npm run demo:lambda [-- OPTIONS]

Starts the example under AWS's runtime interface client, which is frozen between events, sends it events
of API Gateway, a queue and a schedule for some seconds, and shows which metrics arrived.

  --check      exits with 1 unless exactly what was sent has been counted
  --seconds N  how long to send events, 1 to 600, by default 6
  --help       shows this
`;

await runDemo(async (resources) => {
  const { check, seconds, help } = parse(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { demo } = await import("./demo.ts");
  return demo({ check, seconds }, resources);
});

function parse(args: string[]): { check: boolean; seconds: number; help: boolean } {
  const options = {
    check: { type: "boolean" },
    seconds: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    const { values } = parseArgs({ args, options });
    const seconds = Number(values.seconds ?? 6);
    if (!(seconds >= 1 && seconds <= 600)) throw new Error("--seconds must be a number from 1 to 600.");
    return { check: values.check ?? false, seconds, help: values.help ?? false };
  } catch (error) {
    throw new Failure(`${(error as Error).message}\nSee npm run demo:lambda -- --help`, 2);
  }
}
