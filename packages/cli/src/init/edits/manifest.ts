/** Adds packages and a script for tests to package.json, and imports to deno.json. */
import { applyEdits, modify, parse } from "jsonc-parser";
import { formattingOf } from "./wrangler.ts";

export interface Manifest {
  readonly name?: string;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What is to be there; what is there already stays. */
export interface Additions {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

export function editManifest(text: string, additions: Additions): string {
  const manifest = parse(text) as Manifest;
  const known = { ...manifest.dependencies, ...manifest.devDependencies };
  let after = text;
  for (const [section, entries] of Object.entries(additions)) {
    for (const [name, value] of Object.entries<string>(entries)) {
      const isThere = section === "scripts" ? manifest.scripts?.[name] : known[name];
      if (!isThere) after = set(after, [section, name], value);
    }
  }
  return after;
}

interface DenoConfig {
  readonly imports?: Readonly<Record<string, string>>;
  readonly tasks?: Readonly<Record<string, unknown>>;
}

export function editDenoConfig(text: string, imports: Readonly<Record<string, string>>): string {
  const config = (parse(text) ?? {}) as DenoConfig;
  let after = text;
  for (const [name, value] of Object.entries(imports)) {
    if (!config.imports?.[name]) after = set(after, ["imports", name], value);
  }
  const hono = config.imports?.hono;
  // The middleware reads the route from the Hono that npm installs: there must be no second one.
  const version = /^jsr:@hono\/hono(@.*)?$/.exec(hono ?? "");
  if (version) after = set(after, ["imports", "hono"], `npm:hono${version[1] ?? ""}`);
  for (const [name, task] of Object.entries(config.tasks ?? {})) {
    // The endpoint is read from the environment.
    if (typeof task !== "string" || !/\bdeno (?:run|serve)\b/.test(task)) continue;
    if (/--allow-(?:env|all)\b| -\w*A/.test(task)) continue;
    after = set(after, ["tasks", name], task.replace(/\bdeno (run|serve)\b/, "deno $1 --allow-env"));
  }
  return after;
}

function set(text: string, path: string[], value: string): string {
  return applyEdits(text, modify(text, path, value, { formattingOptions: formattingOf(text) }));
}
