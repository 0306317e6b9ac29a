/**
 * The servers' programs. Each is looked for where its environment variable says, in the PATH, in this project's cache
 * and at last among Debian's packages, of which one is unpacked into the cache.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../cache.ts";
import { unpack } from "./debian.ts";

interface Program {
  /** File names in the PATH and in Debian's package. */
  readonly files: readonly string[];
  /** What it must be, for messages. */
  readonly what: string;
  /** Matches what `--version` prints. Absent: the program does not print its version. */
  readonly version?: RegExp;
  /** Debian's suite and package. Its programs run on older releases, too. Absent: only the variable can name it. */
  readonly debian?: readonly [suite: string, name: string];
  /** Of Debian's package. Default `usr/bin`. */
  readonly folder?: string;
}

/** By the environment variable that can name the file. */
const PROGRAMS = {
  PROMETHEUS_BIN: {
    files: ["prometheus"],
    what: "Prometheus 3.5 or a later 3.x",
    version: /^prometheus, version 3\.(?:[5-9]|\d\d)/,
    debian: ["forky", "prometheus"],
  },
  PROMTOOL_BIN: {
    files: ["promtool"],
    what: "promtool 3.5 or a later 3.x",
    version: /^promtool, version 3\.(?:[5-9]|\d\d)/,
    debian: ["forky", "promtool"],
  },
  PUSHGATEWAY_BIN: {
    files: ["pushgateway", "prometheus-pushgateway"],
    what: "Pushgateway 1.11 or a later 1.x",
    version: /^pushgateway, version 1\.(?:1[1-9]|[2-9]\d)/,
    debian: ["forky", "prometheus-pushgateway"],
  },
  PROMETHEUS_2_BIN: {
    files: ["prometheus"],
    what: "Prometheus 2.x",
    version: /^prometheus, version 2\./,
    debian: ["bookworm", "prometheus"],
  },
  VICTORIA_METRICS_BIN: {
    files: ["victoria-metrics"],
    what: "VictoriaMetrics 1.145 or later",
    debian: ["forky", "victoria-metrics"],
  },
  VMAGENT_BIN: {
    files: ["vmagent"],
    what: "vmagent 1.145 or later",
    debian: ["forky", "victoria-metrics"],
  },
  NATS_BIN: {
    files: ["nats-server"],
    what: "nats-server 2.9 or a later 2.x",
    version: /^nats-server: v2\.(?:9|\d\d)/,
    debian: ["bookworm", "nats-server"],
    folder: "usr/sbin",
  },
  POSTGRES_BIN: {
    files: ["postgres"],
    what: "PostgreSQL 14 or later",
    version: /PostgreSQL\) (?:1[4-9]|[2-9]\d)/,
    debian: ["bookworm", "postgresql-15"],
    folder: "usr/lib/postgresql/15/bin",
  },
  PROMETHEUS_3_15_BIN: { files: [], what: "Prometheus 3.15", version: /^prometheus, version 3\.15\./ },
  PROMTOOL_3_15_BIN: { files: [], what: "promtool 3.15", version: /^promtool, version 3\.15\./ },
  PROMETHEUS_3_16_BIN: { files: [], what: "Prometheus 3.16", version: /^prometheus, version 3\.16\./ },
  MIMIR_BIN: { files: [], what: "Mimir 3.x" },
  CORTEX_BIN: { files: [], what: "Cortex 1.x" },
  THANOS_BIN: { files: [], what: "Thanos 0.x" },
  OTELCOL_BIN: { files: [], what: "the OpenTelemetry Collector" },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof PROGRAMS;

/**
 * The file of a program. The first call on a machine downloads Debian's package, 10 to 30 MB.
 *
 * @throws Error with one sentence: what is wanted, the variable that can name it, and what was tried.
 */
export async function findProgram(name: ProgramName): Promise<string> {
  const wanted: Program = PROGRAMS[name];
  const { files, what, debian, folder: bin = "usr/bin" } = wanted;
  const named = process.env[name];
  if (named) {
    if (await isRight(named, wanted)) return named;
    throw new Error(`${name} must name ${what}, and ${named} is not that`);
  }
  if (!debian) throw new Error(`${what} is not there: name its file in ${name}`);
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  for (const file of folders.flatMap((folder) => files.map((file) => join(folder, file)))) {
    if (existsSync(file) && (await isRight(file, wanted))) return file;
  }
  try {
    const [suite, name] = debian;
    const folder = await cached(`servers/${suite}-${name}`, (folder) => unpack(name, suite, folder));
    const file = files.map((file) => join(folder, bin, file)).find((file) => existsSync(file));
    if (file && (await isRight(file, wanted))) return file;
    throw new Error(`Debian's package ${debian.join(" ")} has another version`);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new Error(`have ${what} in the PATH or name its file in ${name} (${why})`);
  }
}

async function isRight(file: string, { version }: Program): Promise<boolean> {
  if (!version) return existsSync(file);
  try {
    const { stdout, stderr } = await promisify(execFile)(file, ["--version"], { timeout: 30_000 });
    return version.test(stdout + stderr);
  } catch {
    // It does not run here.
    return false;
  }
}
