/** A Worker's configuration, as wrangler reads it. https://developers.cloudflare.com/workers/wrangler/configuration/ */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml } from "smol-toml";
import { Failure } from "../command.ts";

/** What of it the command reads. */
export interface WranglerConfig {
  readonly name?: string;
  readonly main?: string;
  readonly compatibility_date?: string;
  readonly compatibility_flags?: readonly string[];
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly durable_objects?: { readonly bindings?: readonly ObjectBinding[] };
  readonly migrations?: readonly Migration[];
  readonly queues?: { readonly consumers?: readonly unknown[] };
  readonly services?: readonly { readonly binding?: string }[];
  readonly env?: Readonly<Record<string, WranglerConfig>>;
}

export interface ObjectBinding {
  readonly name?: string;
  readonly class_name?: string;
  /** Another Worker that has the class. */
  readonly script_name?: string;
}

interface Migration {
  readonly tag?: string;
  readonly new_classes?: readonly string[];
  readonly new_sqlite_classes?: readonly string[];
  readonly deleted_classes?: readonly string[];
  readonly renamed_classes?: readonly { readonly from?: string; readonly to?: string }[];
}

export interface Wrangler {
  /** The file's name. */
  readonly file: string;
  readonly text: string;
  readonly config: WranglerConfig;
}

/** In the order in which wrangler looks for them. */
const FILES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
/** What an environment has only if it names it itself. */
const NOT_INHERITED = ["vars", "durable_objects", "queues", "services"] as const;

/** @throws Failure for a file that cannot be read. */
export async function readWrangler(folder: string): Promise<Wrangler | undefined> {
  for (const file of FILES) {
    const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
    if (text !== undefined) return { file, text, config: configOf(file, text) };
  }
  return undefined;
}

function configOf(file: string, text: string): WranglerConfig {
  if (file.endsWith(".toml")) {
    try {
      return parseToml(text) as WranglerConfig;
    } catch (error) {
      throw new Failure(`${file} is no TOML: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  const errors: ParseError[] = [];
  const config = parseJsonc(text, errors, { allowTrailingComma: true }) as WranglerConfig | undefined;
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split("\n").length;
    throw new Failure(`${file}:${line} is no JSON: ${printParseErrorCode(first.error)}`);
  }
  return config ?? {};
}

/** The configuration of one of its environments, `--env`. */
export function inEnvironment({ file, config }: Wrangler, name: string | undefined): WranglerConfig {
  if (name === undefined) return config;
  const own = config.env?.[name];
  if (!own) {
    const there = Object.keys(config.env ?? {}).join(", ");
    throw new Failure(`${file} has no environment "${name}"${there && `, there are: ${there}`}`);
  }
  const inherited = { ...config };
  for (const key of NOT_INHERITED) delete inherited[key];
  return { ...inherited, ...own };
}
