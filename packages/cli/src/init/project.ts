/** What the project is: a Worker, functions of Lambda, or a server. */
import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join, posix } from "node:path";
import { parse as parseJsonc } from "jsonc-parser";
import { Failure } from "../command.ts";
import { readWrangler, type Wrangler } from "../project/wrangler.ts";
import type { Changes } from "./change.ts";
import type { Manifest } from "./edits/manifest.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { cdkFunctions, type LambdaFunction, samFunctions } from "./edits/templates.ts";
import type { Runner } from "./texts.ts";

export type Kind = "worker" | "sam" | "cdk" | "deno" | "server";

export interface Found {
  readonly kind: Kind;
  /** What the command says that it has found. */
  readonly title: string;
  /** Files that are wrapped, relative to the project; for Lambda with their handlers. */
  readonly entries: readonly { readonly path: string; readonly handler?: string | undefined }[];
  readonly wrangler?: Wrangler | undefined;
  /** Its template, stack or deno.json. */
  readonly config?: string | undefined;
  /** Where package.json is, which for SAM is beside the code. */
  readonly packageFolder: string;
}

const TEMPLATES = ["template.yaml", "template.yml"];
const DENO_CONFIGS = ["deno.json", "deno.jsonc"];
const SERVERS = ["src/index", "src/main", "src/server", "src/app", "index", "main", "server", "app"];
const ENDINGS = [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs"];

/** @throws Failure where nothing is found. */
export async function findProject(folder: string, changes: Changes): Promise<Found> {
  const wrangler = await readWrangler(folder);
  if (wrangler?.config.main) {
    const entries = [{ path: posix.normalize(wrangler.config.main) }];
    return { kind: "worker", title: `a Worker (${wrangler.file})`, entries, wrangler, packageFolder: "." };
  }
  for (const config of TEMPLATES) {
    const text = await changes.read(config);
    const functions = text === undefined ? [] : samFunctions(text);
    const entries = await entriesOf(functions, changes, "");
    const [first] = entries;
    if (first) {
      const packageFolder = await packageFolderOf(first.path, changes);
      return { kind: "sam", title: `a SAM project (${config})`, entries, config, packageFolder };
    }
  }
  if ((await changes.read("cdk.json")) !== undefined) {
    const stack = await findStack(folder, changes);
    if (stack) return { kind: "cdk", title: `a CDK project (${stack.config})`, packageFolder: ".", ...stack };
  }
  for (const config of DENO_CONFIGS) {
    if ((await changes.read(config)) === undefined) continue;
    const path = await firstOf(SERVERS, changes, (text) => /Deno\.serve|new Hono/.test(text));
    if (path)
      return {
        kind: "deno",
        title: `a Deno server (${path})`,
        entries: [{ path }],
        config,
        packageFolder: ".",
      };
  }
  const path = await firstOf(SERVERS, changes, (text) => /\bserve\(|new Hono|export default/.test(text));
  if (path)
    return { kind: "server", title: `a fetch server (${path})`, entries: [{ path }], packageFolder: "." };
  throw new Failure(
    "There is nothing to measure: no wrangler.jsonc with main, no template.yaml or cdk.json with a function, no server in src/",
  );
}

async function entriesOf(functions: readonly LambdaFunction[], changes: Changes, from: string) {
  const entries: { path: string; handler: string }[] = [];
  for (const { entry, handler } of functions) {
    const stem = posix.normalize(posix.join(from, entry.replace(/\.[cm]?[jt]s$/, "")));
    const path = await firstOf([stem], changes, () => true);
    if (path && !entries.some((one) => one.path === path)) entries.push({ path, handler });
  }
  return entries;
}

/** The first stack in lib/ or bin/ that has functions whose code is found. */
async function findStack(folder: string, changes: Changes) {
  for (const place of ["lib", "src", "bin", "."]) {
    const files = await readdir(join(folder, place)).catch(() => [] as string[]);
    for (const file of files.filter((name) => /(?<!\.d)\.ts$/.test(name))) {
      const config = posix.join(place, file);
      const edit = ModuleEdit.of(config, (await changes.read(config)) ?? "");
      const functions = edit ? cdkFunctions(edit) : [];
      const beside = await entriesOf(functions, changes, place);
      const entries = beside.length ? beside : await entriesOf(functions, changes, "");
      if (entries.length) return { config, entries };
    }
  }
  return undefined;
}

async function firstOf(stems: readonly string[], changes: Changes, fits: (text: string) => boolean) {
  for (const stem of stems) {
    for (const ending of ENDINGS) {
      const text = await changes.read(stem + ending);
      if (text !== undefined && fits(text)) return stem + ending;
    }
  }
  return undefined;
}

async function packageFolderOf(path: string, changes: Changes): Promise<string> {
  for (let folder = posix.dirname(path); ; folder = posix.dirname(folder)) {
    if ((await changes.read(posix.join(folder, "package.json"))) !== undefined || folder === ".")
      return folder;
  }
}

export async function readManifest({ packageFolder }: Found, changes: Changes): Promise<Manifest> {
  const text = await changes.read(posix.join(packageFolder, "package.json"));
  return (text === undefined ? {} : parseJsonc(text)) as Manifest;
}

/** Which runner the project's tests have; vitest where there is none, for a Worker in workerd. */
export function runnerOf({ kind }: Found, { dependencies, devDependencies }: Manifest): Runner {
  const names = Object.keys({ ...dependencies, ...devDependencies });
  if (kind === "deno") return "deno";
  if (names.some((name) => name.startsWith("@cloudflare/vitest-"))) return "vitest in workerd";
  if (names.includes("vitest")) return "vitest";
  if (names.includes("jest")) return "jest";
  return kind === "worker" ? "vitest in workerd" : "vitest";
}

/** The name that a module is imported by: with its ending where the compiler or the runtime wants it. */
export async function specifierOf(from: string, to: string, found: Found, changes: Changes): Promise<string> {
  const relative = posix.relative(dirname(from), to);
  const path = relative.startsWith(".") ? relative : `./${relative}`;
  const ending = extname(to);
  const stem = path.slice(0, -ending.length);
  if (found.kind === "deno" || /^\.[cm]?js$/.test(ending)) return path;
  const options = await compilerOptions(found, changes);
  if (options.allowImportingTsExtensions || options.rewriteRelativeImportExtensions) return path;
  const resolution = `${options.moduleResolution ?? options.module ?? "bundler"}`.toLowerCase();
  return /^node(?:16|18|20|next)$/.test(resolution) ? `${stem}.js` : stem;
}

async function compilerOptions({ packageFolder }: Found, changes: Changes): Promise<Record<string, unknown>> {
  const text = await changes.read(posix.join(packageFolder, "tsconfig.json"));
  return text === undefined
    ? {}
    : (((parseJsonc(text) as { compilerOptions?: object }).compilerOptions ?? {}) as Record<string, unknown>);
}

/** Of the service: the Worker's, the package's or the folder's. */
export function serviceOf(folder: string, { wrangler }: Found, manifest: Manifest): string {
  const name = wrangler?.config.name ?? manifest.name?.replace(/^@[^/]+\//, "");
  return name && /^[\w.-]+$/.test(name) ? name : basename(folder);
}
