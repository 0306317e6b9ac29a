/** Edits of wrangler.jsonc that keep its comments; of wrangler.toml they are lines at its end. */
import { applyEdits, modify, parse } from "jsonc-parser";
import type { WranglerConfig } from "../../project/wrangler.ts";

const BINDING = "PUSHMETER";
const CLASS = "Aggregator";

export interface Wanted {
  readonly url: string;
  readonly aggregator: boolean;
}

export function editWrangler(file: string, text: string, config: WranglerConfig, wanted: Wanted): string {
  return file.endsWith(".toml") ? toml(text, config, wanted) : jsonc(text, config, wanted);
}

function jsonc(text: string, config: WranglerConfig, { url, aggregator }: Wanted): string {
  const options = { formattingOptions: formattingOf(text) };
  const set = (before: string, path: (string | number)[], value: unknown) =>
    applyEdits(before, modify(before, path, value, { ...options, isArrayInsertion: path.at(-1) === -1 }));
  let after = text;
  if (!hasUrl(config)) after = set(after, ["vars", "PUSHMETER_REMOTE_WRITE_URL"], url);
  if (!aggregator) return after;
  if (!hasBinding(config)) {
    const bindings = config.durable_objects?.bindings;
    const binding = { name: BINDING, class_name: CLASS };
    after = bindings
      ? set(after, ["durable_objects", "bindings", -1], binding)
      : set(after, ["durable_objects", "bindings"], [binding]);
  }
  if (!hasMigration(config)) {
    const migration = { tag: nextTag(config), new_sqlite_classes: [CLASS] };
    after = config.migrations
      ? set(after, ["migrations", -1], migration)
      : set(after, ["migrations"], [migration]);
  }
  parse(after);
  return after;
}

function toml(text: string, config: WranglerConfig, { url, aggregator }: Wanted): string {
  const line = `PUSHMETER_REMOTE_WRITE_URL = "${url}"`;
  let after = text.endsWith("\n") ? text : `${text}\n`;
  if (!hasUrl(config)) {
    after = /^\[vars\]/m.test(after)
      ? after.replace(/^\[vars\].*$/m, (header) => `${header}\n${line}`)
      : `${after}\n[vars]\n${line}\n`;
  }
  if (!aggregator) return after;
  if (!hasBinding(config)) {
    after += `\n[[durable_objects.bindings]]\nname = "${BINDING}"\nclass_name = "${CLASS}"\n`;
  }
  if (!hasMigration(config)) {
    after += `\n[[migrations]]\ntag = "${nextTag(config)}"\nnew_sqlite_classes = ["${CLASS}"]\n`;
  }
  return after;
}

const hasUrl = ({ vars = {} }: WranglerConfig) => "PUSHMETER_REMOTE_WRITE_URL" in vars;
const hasBinding = ({ durable_objects: objects }: WranglerConfig) =>
  Boolean(objects?.bindings?.some(({ name }) => name === BINDING));
const hasMigration = ({ migrations = [] }: WranglerConfig) =>
  migrations.some((one) => one.new_sqlite_classes?.includes(CLASS));

/** `v3` after `v2`. */
function nextTag({ migrations = [] }: WranglerConfig): string {
  const tags = new Set(migrations.map(({ tag }) => tag));
  let number = migrations.length + 1;
  while (tags.has(`v${number}`)) number++;
  return `v${number}`;
}

export function formattingOf(text: string) {
  const indent = /^(\t| +)"/m.exec(text)?.[1] ?? "  ";
  return { insertSpaces: indent !== "\t", tabSize: indent === "\t" ? 1 : indent.length, eol: "\n" };
}
