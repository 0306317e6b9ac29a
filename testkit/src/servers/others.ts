/** The older and the other receivers: Prometheus 2.42 and VictoriaMetrics, Debian's packages. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { unpack } from "./apt.ts";

interface Wanted {
  /** Names a file of one's own. */
  readonly variable: string;
  readonly suite: string;
  readonly name: string;
  readonly version: RegExp;
}

const PROMETHEUS_2: Wanted = {
  variable: "PROMETHEUS_2_BIN",
  suite: "bookworm",
  name: "prometheus",
  version: /^prometheus, version 2\./,
};
const VICTORIA_METRICS: Wanted = {
  variable: "VICTORIA_METRICS_BIN",
  suite: "forky",
  name: "victoria-metrics",
  // Debian's build says nothing when asked.
  version: /^(victoria-metrics|\s*$)/,
};

/** Files that can be run. */
export interface OtherServers {
  readonly prometheus2: string;
  readonly victoriaMetrics: string;
}

/**
 * The first call on a machine downloads about 40 MB.
 *
 * @throws Error with one sentence that says how to get them.
 */
export async function findOthers(): Promise<OtherServers> {
  return { prometheus2: await find(PROMETHEUS_2), victoriaMetrics: await find(VICTORIA_METRICS) };
}

async function find(wanted: Wanted): Promise<string> {
  const { variable, suite, name } = wanted;
  const named = process.env[variable];
  if (named) return checked(named, wanted);
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pushmeter/servers");
  const folder = join(cache, `${suite}-${name}`);
  const file = join(folder, "usr/bin", name);
  if (!existsSync(file)) {
    // Another process may do the same at the same time: each in a folder of its own, and one of them stays.
    await mkdir(cache, { recursive: true });
    const own = await mkdtemp(`${folder}-`);
    try {
      await unpack([name], suite, own);
      await rename(own, folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      });
    } catch (error) {
      throw new Error(`set ${variable} to a file of ${name} (${error})`);
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  }
  return checked(file, wanted);
}

async function checked(file: string, { variable, version }: Wanted): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(file, ["--version"], { timeout: 10_000 });
  if (version.test(stdout + stderr)) return file;
  throw new Error(`${variable}: ${file} is not what it should be`);
}
