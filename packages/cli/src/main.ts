/** `pushmeter`: finds the command, runs it, and turns what happens into an exit status. */
import { type Command, type Context, Failure, USAGE } from "./command.ts";

/** The commands: what each does in a line, and where it is. Loaded late: each has its own dependencies. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => Promise<Command>]>> = {
  dev: [
    "receives metrics on this machine and shows them, live",
    async () => (await import("./dev/command.ts")).dev,
  ],
  doctor: [
    "examines the project and its endpoint, and says what to change",
    async () => (await import("./doctor/command.ts")).doctor,
  ],
  init: [
    "wires a Worker, Lambda or server up, after it has shown how",
    async () => (await import("./init/command.ts")).init,
  ],
};

const HELP = `pushmeter COMMAND [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, [summary]]) => `  ${name.padEnd(8)}${summary}`)
  .join("\n")}

pushmeter COMMAND --help says more about one.
Exit status: 0, 1 if something is wrong, 2 for arguments it cannot use.
`;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** @returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const abort = new AbortController();
  const end = () => abort.abort();
  // Once: a second Ctrl-C ends a command that does not listen to the first.
  for (const signal of SIGNALS) process.once(signal, end);
  const { stdin, stdout, stderr, env } = process;
  try {
    return await run(args, { stdin, stdout, stderr, env, cwd: process.cwd(), signal: abort.signal });
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
}

/** `main`, in a world that a test makes. */
export async function run([name = "--help", ...args]: readonly string[], context: Context): Promise<number> {
  if (name === "--help" || name === "-h" || name === "help") {
    context.stdout.write(HELP);
    return 0;
  }
  try {
    const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!found) {
      throw new Failure(
        `There is no command ${JSON.stringify(name)}, there are: ${Object.keys(COMMANDS).join(", ")}`,
        USAGE,
      );
    }
    const command = await found[1]();
    if (args.includes("--help") || args.includes("-h")) {
      context.stdout.write(command.help);
      return 0;
    }
    return await command.run(args, context);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    context.stderr.write(`${error.message}\n`);
    return error.status;
  }
}
