/** Runs the command line as it is built, in a folder of the test's workspace. */
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "../docs/documents.ts";

/** A folder where the project's packages are found; the caller removes it. */
export async function writeProject(files: Readonly<Record<string, string>>): Promise<string> {
  const cache = join(ROOT, "test/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "project-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

export interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** @param args - the command's name first. */
export async function runCommand(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Ran> {
  const { run } = await import(pathToFileURL(join(ROOT, "packages/cli/dist/main.js")).href);
  const [stdout, stderr] = [new Written(), new Written()];
  const status: number = await run(args, { stdout, stderr, env, cwd, signal: new AbortController().signal });
  return { status, output: stdout.text, errors: stderr.text };
}

class Written {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}
