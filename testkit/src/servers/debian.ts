/** Unpacks a Debian package without installing it and without root. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const TIMEOUT = 300_000;
const run = promisify(execFile);

/**
 * Downloads a package of a Debian suite with apt, which checks the archive's signature, and unpacks it.
 *
 * @param suite - such as `bookworm`; it may be newer than this machine's.
 * @param folder - gets `usr/bin` and what else the package holds.
 * @throws Error with apt's message, without its addresses.
 */
export async function unpack(name: string, suite: string, folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "pushmeter-apt-"));
  try {
    // apt downloads as the user _apt.
    await chmod(work, 0o755);
    await mkdir(join(work, "lists/partial"), { recursive: true });
    await mkdir(join(work, "cache/archives/partial"), { recursive: true });
    const source = join(work, "source.list");
    await writeFile(source, `deb [signed-by=${KEYRING}] ${await mirror()} ${suite} main\n`);
    const options = [
      `Dir::Etc::SourceList=${source}`,
      "Dir::Etc::SourceParts=/dev/null",
      `Dir::State::Lists=${join(work, "lists")}`,
      `Dir::Cache=${join(work, "cache")}`,
      "Acquire::Languages=none",
      "APT::Update::Error-Mode=any",
    ].flatMap((option) => ["-o", option]);
    await quietly(work, "apt-get", ...options, "update");
    await quietly(work, "apt-get", ...options, "download", name);
    const [file = ""] = (await readdir(work)).filter((file) => file.endsWith(".deb"));
    await quietly(work, "dpkg", "-x", file, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The address from which this machine gets its own release.
 *
 * @throws Error if its apt sources name none.
 */
async function mirror(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=([\w.-]+)/m.exec(release)?.[1];
  const format = ["--no-release-info", "--format", "$(REPO_URI)"];
  const filters = [`Release: ${codename}`, "Component: main", "Target-Of: deb", "Identifier: Packages"];
  const { stdout } = await run("apt-get", ["indextargets", ...format, ...filters]).catch(() => ({
    stdout: "",
  }));
  const found = stdout.split("\n").find((line) => /^https?:/.test(line));
  if (!found) throw new Error(`apt names no source of Debian's release ${codename}`);
  return found;
}

async function quietly(cwd: string, command: string, ...args: string[]): Promise<void> {
  try {
    await run(command, args, { cwd, timeout: TIMEOUT, env: { ...process.env, LC_ALL: "C" } });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const lines = (stderr?.trim() || message).split("\n").filter((line) => !line.startsWith("W:"));
    throw new Error(lines.join(" ").replace(/https?:\/\/\S+/g, "(the mirror)"));
  }
}
