/**
 * Where the real servers are: environment variables, PATH, this project's cache, and at last Debian's packages,
 * which are unpacked into the cache.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { unpack } from "./apt.ts";
import { objection, type Versions } from "./version.ts";

/** Files that can be run. */
export interface Servers {
  readonly prometheus: string;
  readonly pushgateway: string;
  readonly promtool: string;
}

interface Wanted extends Versions {
  readonly variable: string;
  /** File names, Debian's among them. */
  readonly names: readonly string[];
}

const PROMETHEUS: Wanted = {
  variable: "PROMETHEUS_BIN",
  names: ["prometheus"],
  program: "prometheus",
  atLeast: [3, 5],
};
const PUSHGATEWAY: Wanted = {
  variable: "PUSHGATEWAY_BIN",
  names: ["pushgateway", "prometheus-pushgateway"],
  program: "pushgateway",
  atLeast: [1, 11],
};

const PROMTOOL: Wanted = {
  variable: "PROMTOOL_BIN",
  names: ["promtool"],
  program: "promtool",
  atLeast: [3, 5],
};

/** Debian's suite and packages that hold these versions; they run unpacked on older releases too. */
const SUITE = "forky";
const PACKAGES = ["prometheus", "promtool", "prometheus-pushgateway"];

const HOW =
  "have prometheus and promtool 3.5 or later and pushgateway 1.11 or later in the PATH, or name the files in " +
  "PROMETHEUS_BIN, PROMTOOL_BIN and PUSHGATEWAY_BIN";

/**
 * The first call on a machine may download about 25 MB.
 *
 * @throws Error with one sentence that says how to get the servers, and what was tried.
 */
export async function findServers(): Promise<Servers> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pushmeter/servers");
  const reasons: string[] = [];
  try {
    await checkVariables();
    return await locate(join(cache, SUITE)).catch((error) => {
      reasons.push(error.message);
      return download(cache);
    });
  } catch (error) {
    reasons.push(error instanceof Error ? error.message : String(error));
    throw new Error(`${HOW} (${reasons.join("; ")})`);
  }
}

/** A variable is an order: if the file that it names is not right, nothing else is. */
async function checkVariables(): Promise<void> {
  for (const wanted of [PROMETHEUS, PUSHGATEWAY, PROMTOOL]) {
    const named = process.env[wanted.variable];
    const why = named && (await objection(named, wanted));
    if (why) throw new Error(`${wanted.variable}: ${why}`);
  }
}

async function locate(folder: string): Promise<Servers> {
  return {
    prometheus: await locateOne(PROMETHEUS, folder),
    pushgateway: await locateOne(PUSHGATEWAY, folder),
    promtool: await locateOne(PROMTOOL, folder),
  };
}

async function locateOne(wanted: Wanted, folder: string): Promise<string> {
  const named = process.env[wanted.variable];
  if (named) return named;
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter(Boolean), join(folder, "usr/bin")];
  const reasons: string[] = [];
  for (const file of folders.flatMap((folder) => wanted.names.map((name) => join(folder, name)))) {
    if (!existsSync(file)) continue;
    const why = await objection(file, wanted);
    if (!why) return file;
    reasons.push(why);
  }
  throw new Error(reasons.join("; ") || `no ${wanted.program} in the PATH`);
}

/** Another process may do the same at the same time: each in a folder of its own, and one of them stays. */
async function download(cache: string): Promise<Servers> {
  await mkdir(cache, { recursive: true });
  const own = await mkdtemp(join(cache, `${SUITE}-`));
  const shared = join(cache, SUITE);
  try {
    await unpack(PACKAGES, SUITE, own);
    await locate(own);
    // What was there did not do, unless another process has been faster.
    const isThere = await locate(shared).catch(() => undefined);
    if (!isThere) {
      await rm(shared, { recursive: true, force: true });
      await rename(own, shared).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    }
    return await locate(shared);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
