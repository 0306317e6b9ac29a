/**
 * Debian packages without installing them and without root: apt with sources, lists and cache of its own, then
 * `dpkg -x`. apt checks the archive's signature as always.
 */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withSuite } from "./apt-sources.ts";

const LONGEST = 300_000;
const run = promisify(execFile);

/**
 * Unpacks packages of a suite into a folder.
 *
 * @throws Error with apt's own words, addresses taken out, if this machine cannot.
 */
export async function unpack(packages: readonly string[], suite: string, folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "pushmeter-apt-"));
  try {
    // apt downloads as a user of its own.
    await chmod(work, 0o755);
    await mkdir(join(work, "sources"));
    await writeSources(join(work, "sources"), suite);
    await mkdir(join(work, "lists/partial"), { recursive: true });
    await mkdir(join(work, "cache/archives/partial"), { recursive: true });
    const apt = (...args: string[]) => quietly(work, "apt-get", ...aptOptions(work), ...args);
    await apt("update");
    await apt("download", ...packages);
    for (const name of await readdir(work)) {
      if (name.endsWith(".deb")) await quietly(work, "dpkg", "-x", name, folder);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeSources(folder: string, suite: string): Promise<void> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME="?([\w.-]+)/m.exec(release)?.[1] ?? suite;
  const parts = await readdir("/etc/apt/sources.list.d").catch(() => []);
  const paths = ["sources.list", ...parts.map((name) => `sources.list.d/${name}`)];
  let found = 0;
  for (const path of paths.filter((name) => /\.(list|sources)$/.test(name))) {
    const text = await readFile(join("/etc/apt", path), "utf8").catch(() => "");
    const file = withSuite({ name: path, text }, codename, suite);
    if (file) await writeFile(join(folder, path.replaceAll("/", "-")), file.text);
    if (file) found++;
  }
  if (!found) throw new Error("this machine has no apt source of Debian's main archive");
}

function aptOptions(work: string): string[] {
  const options = {
    "Dir::Etc::SourceList": "/dev/null",
    "Dir::Etc::SourceParts": join(work, "sources"),
    "Dir::State::Lists": join(work, "lists"),
    "Dir::Cache": join(work, "cache"),
    "Acquire::AllowInsecureRepositories": "false",
    "Acquire::Languages": "none",
    "APT::Get::AllowUnauthenticated": "false",
    "APT::Update::Error-Mode": "any",
  };
  return Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

async function quietly(cwd: string, command: string, ...args: string[]): Promise<void> {
  try {
    await run(command, args, { cwd, timeout: LONGEST, env: { ...process.env, LC_ALL: "C" } });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const said = (stderr?.trim() || message).split("\n").filter((line) => !line.startsWith("W:"));
    throw new Error(said.join(" ").replace(/https?:\/\/\S+/g, "(the source)"));
  }
}
