/** A PostgreSQL with an empty database, which trusts everybody on this machine. */
import { execFile } from "node:child_process";
import { chown, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Process } from "./process.ts";
import { findProgram } from "./programs.ts";

/** `nobody` and `nogroup`: PostgreSQL does not run as root. */
const NOBODY = 65_534;

export interface Postgres extends Process {
  /** Its only database. */
  readonly store: string;
}

/**
 * `restart()` kills it and starts it again with what it has stored.
 *
 * @param isSafe - waits for the disk, as in production.
 */
export async function startPostgres(isSafe = false): Promise<Postgres> {
  // The programs beside it are found by the file, not by a link to it.
  const file = await realpath(await findProgram("POSTGRES_BIN"));
  const isRoot = process.getuid?.() === 0;
  const [program = "", ...before] = isRoot
    ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"]
    : [];
  const command = (name: string, args: readonly string[]) =>
    isRoot ? ([program, [...before, name, ...args]] as const) : ([name, args] as const);
  const server = await Process.start({
    file: isRoot ? program : file,
    args: async ([port], folder) => {
      const data = join(folder, "data");
      if (isRoot) await chown(folder, NOBODY, NOBODY);
      // Of an earlier start.
      const exists = await readFile(join(data, "PG_VERSION")).catch(() => undefined);
      if (!exists) {
        const options = [
          "-D",
          data,
          "-U",
          "postgres",
          "-A",
          "trust",
          "-E",
          "UTF8",
          "--locale=C",
          "--no-sync",
        ];
        await promisify(execFile)(...command(join(dirname(file), "initdb"), options), { cwd: folder });
      }
      const options = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder];
      return command(file, isSafe ? options : [...options, "-F"])[1];
    },
    async isReady(folder) {
      const status = await readFile(join(folder, "data/postmaster.pid"), "utf8").catch(() => "");
      return /^ready\b/m.test(status);
    },
  });
  return Object.assign(server, { store: `postgres://postgres@127.0.0.1:${server.ports[0]}/postgres` });
}
