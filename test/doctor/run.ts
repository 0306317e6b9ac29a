/** Runs `pushmeter doctor` as a user does, in a folder, and reads its JSON. */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, writeProject } from "../command/run.ts";
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

export async function runDoctor({ project = {}, ...setUp }: SetUp): Promise<Verdict> {
  const folder = await writeProject(project);
  try {
    return await runDoctorIn(folder, setUp);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function runDoctorIn(
  folder: string,
  { args = [], env = {}, ahead }: Omit<SetUp, "project"> = {},
): Promise<Verdict> {
  const run = ahead === undefined ? inProcess : withClock(ahead);
  const { status, output, errors } = await run(["doctor", ...args, "--json"], folder, env);
  if (status === 2 || !output) throw new Error(`pushmeter doctor ${args.join(" ")}: ${status} ${errors}`);
  const { findings, sections } = JSON.parse(output) as Report;
  const facts = sections.flatMap((section) =>
    section.facts.map(({ about, value }) => [about, value] as const),
  );
  return { status, findings, facts: Object.fromEntries(facts), output: output + errors };
}

type Run = (
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly output: string; readonly errors: string }>;

/** Without the half second that a process takes. */
const inProcess: Run = (args, cwd, env) => runCommand(args, { cwd, env });

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
