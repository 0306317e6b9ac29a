/** `pushmeter init`: wires a project up, after it has shown how. */
import { createInterface } from "node:readline/promises";
import { parseOptions } from "../arguments.ts";
import { type Command, Failure, USAGE } from "../command.ts";
import { Changes } from "./change.ts";
import { LOCAL } from "./configure.ts";
import { plan } from "./plan.ts";
import type { Kind } from "./project.ts";

const HELP = `pushmeter init [OPTIONS]

Finds the Worker, Hono app, Lambda (SAM, CDK) or fetch server in this folder, shows what it would change (entry,
configuration, dependencies, a test), and writes it after a yes. What is there already stays: a second time it
changes nothing.

  --yes           writes without asking
  --aggregator    a Worker pushes through an aggregator: adds the Durable Object, its binding and its migration
  --url URL       where to push; default http://127.0.0.1:9090/api/v1/write, for Lambda none
  --help

Exit status: 0, 1 if something is wrong or the answer is no, 2 for arguments it cannot use.
`;

const OPTIONS = {
  yes: { type: "boolean" },
  aggregator: { type: "boolean" },
  url: { type: "string" },
} as const;

const NEXT: Readonly<Record<Kind, string>> = {
  worker: "npm install, then npx wrangler dev; npx pushmeter doctor checks the rest",
  sam: "npm install beside the code, set PUSHMETER_REMOTE_WRITE_URL in the template, then sam build",
  cdk: "npm install, then PUSHMETER_REMOTE_WRITE_URL=… npx cdk deploy",
  deno: `PUSHMETER_REMOTE_WRITE_URL=${LOCAL} deno task start`,
  server: `npm install, then PUSHMETER_REMOTE_WRITE_URL=${LOCAL} npm start`,
};

export const init: Command = {
  help: HELP,
  async run(args, { cwd, stdout, signal }) {
    const { values, positionals } = parseOptions(args, OPTIONS);
    if (positionals.length) throw new Failure("pushmeter init takes options only", USAGE);
    const { url, aggregator = false, yes = false } = values;
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw new Failure("--url must be an http or https URL", USAGE);
    }
    const changes = new Changes(cwd);
    const { kind, title } = await plan(cwd, changes, { url, aggregator });
    stdout.write(`This is ${title}.\n\n`);
    if (!changes.paths.length) {
      stdout.write("It is wired up: there is nothing to change.\n");
      return 0;
    }
    stdout.write(`${changes.diff}\n`);
    if (!yes && !(await agreed(signal, stdout.isTTY))) {
      stdout.write("Nothing is written. --yes writes it.\n");
      return 1;
    }
    await changes.write();
    stdout.write(`Written: ${changes.paths.join(", ")}\nNext: ${NEXT[kind]}\n`);
    return 0;
  },
};

/** False without a terminal: the question cannot be answered there. */
async function agreed(signal: AbortSignal, isTTY = false): Promise<boolean> {
  if (!isTTY || !process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(?:es)?$/i.test((await asking.question("Write these changes? [y/N] ", { signal })).trim());
  } catch {
    // Ctrl-C.
    return false;
  } finally {
    asking.close();
  }
}
