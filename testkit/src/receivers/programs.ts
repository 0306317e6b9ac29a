/** Which of the receivers' programs this machine has. */
import { findProgram, type ProgramName } from "../servers/programs.ts";

/** What is started with these programs. */
interface Needs {
  readonly programs: readonly ProgramName[];
}

export type Programs = Readonly<Partial<Record<ProgramName, string>>>;

/** The files of the programs that the receivers need; what this machine does not have is absent. */
export async function findPrograms(kinds: readonly Needs[]): Promise<Programs> {
  const found: [ProgramName, string][] = [];
  for (const name of new Set(kinds.flatMap(({ programs }) => programs))) {
    // Those who need it say that it is missing, and go on without.
    const file = await findProgram(name).catch(() => undefined);
    if (file) found.push([name, file]);
  }
  return Object.fromEntries(found);
}

/** What this machine lacks to start a receiver. */
export const missingPrograms = ({ programs }: Needs, found: Programs): ProgramName[] =>
  programs.filter((name) => !found[name]);
