/** Runs `pushmeter doctor` as a user does, in a folder, and reads its JSON. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../docs/documents.ts";

const COMMAND = join(ROOT, "packages/cli/bin/pushmeter.js");
const TIMEOUT = 120_000;

/** What `pushmeter doctor` is run against. */
export interface SetUp {
  /** After `pushmeter doctor`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the project, by path. */
  readonly project?: Readonly<Record<string, string>>;
  /** How far the clock of the command is ahead, ms. */
  readonly ahead?: number;
  stop?(): Promise<unknown> | unknown;
}

export interface Verdict {
  readonly status: number;
  /** Codes and sentences. */
  readonly findings: readonly { readonly code: string; readonly problem: string; readonly fix: string }[];
  readonly facts: Readonly<Record<string, string>>;
  /** Everything that it has printed. */
  readonly output: string;
}

interface Report {
  readonly findings: Verdict["findings"];
  readonly sections: readonly {
    readonly facts: readonly { readonly about: string; readonly value: string }[];
  }[];
}

export async function runDoctor({ args = [], env = {}, project = {}, ahead }: SetUp): Promise<Verdict> {
  // In the test's workspace, so that a project's packages are found.
  const cache = join(ROOT, "test/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "doctor-"));
  try {
    for (const [path, text] of Object.entries(project)) {
      await mkdir(join(folder, dirname(path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const run = ahead === undefined ? inProcess : withClock(ahead);
    const { status, output, errors } = await run(["doctor", ...args, "--json"], folder, env);
    if (status === 2 || !output) throw new Error(`pushmeter doctor ${args.join(" ")}: ${status} ${errors}`);
    const { findings, sections } = JSON.parse(output) as Report;
    const facts = sections.flatMap((section) =>
      section.facts.map(({ about, value }) => [about, value] as const),
    );
    return { status, findings, facts: Object.fromEntries(facts), output: output + errors };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Run = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly output: string; readonly errors: string }>;

/** The command as it is built, without the half second that a process takes. */
const inProcess: Run = async (args, cwd, env) => {
  const { run } = await import(pathToFileURL(join(ROOT, "packages/cli/dist/main.js")).href);
  const [stdout, stderr] = [new Written(), new Written()];
  const status = await run(args, { stdout, stderr, env, cwd, signal: new AbortController().signal });
  return { status, output: stdout.text, errors: stderr.text };
};

class Written {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

/** A process whose clock is put forward. */
const withClock =
  (ahead: number): Run =>
  (args, cwd, env) => {
    const code = `const now = Date.now; Date.now = () => now() + ${ahead};`;
    const shifted = `data:text/javascript,${encodeURIComponent(code)}`;
    const options = { cwd, timeout: TIMEOUT, env: { PATH: process.env.PATH ?? "", ...env } };
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ["--import", shifted, COMMAND, ...args],
        options,
        (_, output, errors) => resolve({ status: child.exitCode ?? -1, output, errors }),
      );
    });
  };
