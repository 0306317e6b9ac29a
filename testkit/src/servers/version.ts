/** Whether a file is the server that it should be, in a version that these tests are written for. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Versions {
  /** First word of what `--version` prints. */
  readonly program: string;
  readonly atLeast: readonly [major: number, minor: number];
}

/** Undefined if the file is right, else what is wrong with it. The major version is part of the promise. */
export async function objection(file: string, { program, atLeast }: Versions): Promise<string | undefined> {
  const wanted = `${program} ${atLeast.join(".")} or later, before ${atLeast[0] + 1}`;
  try {
    const { stdout, stderr } = await run(file, ["--version"], { timeout: 10_000 });
    const [, name, version, major, minor] = /^(\w+), version ((\d+)\.(\d+)\S*)/.exec(stdout + stderr) ?? [];
    if (name !== program) return `${file} is not ${wanted}`;
    if (Number(major) === atLeast[0] && Number(minor) >= atLeast[1]) return undefined;
    return `${file} is ${name} ${version}, not ${wanted}`;
  } catch (error) {
    return `${file} does not run: ${(error as { code?: string }).code ?? error}`;
  }
}
