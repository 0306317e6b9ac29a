/** Runs `pushmeter init` in a folder. */
import { type Ran, runCommand } from "../command/run.ts";

interface Initialised extends Ran {
  /** Paths. */
  readonly written: readonly string[];
}

export async function initIn(cwd: string, args: readonly string[]): Promise<Initialised> {
  const ran = await runCommand(["init", ...args], { cwd });
  return { ...ran, written: /^Written: (.*)$/m.exec(ran.output)?.[1]?.split(", ") ?? [] };
}
