/** The user's project, as far as the doctor looks at it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { readSources } from "../project/sources.ts";
import { readVariables, type Variables } from "../project/variables.ts";
import { inEnvironment, readWrangler, type Wrangler, type WranglerConfig } from "../project/wrangler.ts";
import type { Node, Source } from "../source/parse.ts";
import { lineOf } from "../source/syntax.ts";

export interface Project {
  readonly folder: string;
  /** Undefined: it is no Worker. */
  readonly wrangler: Wrangler | undefined;
  /** Of the environment that was asked for. */
  readonly config: WranglerConfig;
  readonly variables: Variables;
  /** The entry first; empty if there is none that can be read. */
  readonly sources: readonly Source[];
  /** The lines of `.gitignore` here and above, up to the repository's root; undefined if there is none. */
  readonly ignored: readonly string[] | undefined;
}

export interface ProjectOptions {
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** wrangler's `--env`. */
  readonly environment?: string | undefined;
}

/** @throws Failure for a configuration that cannot be read. */
export async function readProject({ folder, env, environment }: ProjectOptions): Promise<Project> {
  const wrangler = await readWrangler(folder);
  const config = wrangler ? inEnvironment(wrangler, environment) : {};
  const worker = wrangler && { file: wrangler.file, config, environment };
  return {
    folder,
    wrangler,
    config,
    variables: await readVariables(folder, env, worker),
    sources: config.main ? await readSources(join(folder, config.main)) : [],
    ignored: await ignoredIn(folder),
  };
}

async function ignoredIn(folder: string): Promise<string[] | undefined> {
  const lines: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const text = await readFile(join(at, ".gitignore"), "utf8").catch(() => "");
    lines.push(...text.split("\n").map((line) => line.trim()));
    if (existsSync(join(at, ".git")) || dirname(at) === at) break;
  }
  return lines.some(Boolean) ? lines : undefined;
}

/** `src/index.ts:12`. */
export function placeOf({ folder }: Project, source: Source, node: Node): string {
  return `${relative(folder, source.path)}:${lineOf(node)}`;
}
