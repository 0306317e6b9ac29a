/** The variables that a Worker or a process would see on this machine, and where each comes from. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { WranglerConfig } from "./wrangler.ts";

export interface Variables {
  readonly values: Readonly<Record<string, string>>;
  /** By name: `.dev.vars`, `wrangler.jsonc` or `the environment`. */
  readonly origins: Readonly<Record<string, string>>;
}

/** As `wrangler dev` does: `.dev.vars` goes before the configuration, and both before the process's variables. */
export async function readVariables(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  worker?: {
    readonly file: string;
    readonly config: WranglerConfig;
    readonly environment?: string | undefined;
  },
): Promise<Variables> {
  const values: Record<string, string> = {};
  const origins: Record<string, string> = {};
  const add = (found: Readonly<Record<string, unknown>>, origin: string) => {
    for (const [name, value] of Object.entries(found)) {
      if (typeof value !== "string") continue;
      values[name] = value;
      origins[name] = origin;
    }
  };
  add(env, "the environment");
  if (worker) {
    add(worker.config.vars ?? {}, worker.file);
    const { environment } = worker;
    // The first that exists counts.
    for (const file of [...(environment ? [`.dev.vars.${environment}`] : []), ".dev.vars", ".env"]) {
      const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
      if (text === undefined) continue;
      add(parseEnv(text), file);
      break;
    }
  }
  return { values, origins };
}
