/** Wraps what answers requests in the project's entries. */
import { posix } from "node:path";
import { Failure } from "../command.ts";
import { importsOf } from "../source/syntax.ts";
import type { Measured } from "./add-test.ts";
import type { Changes } from "./change.ts";
import type { Wishes } from "./configure.ts";
import { isMeasured, measureHono, measureLambda, measureServer, measureWorker } from "./edits/entry.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { type Found, specifierOf } from "./project.ts";
import type { Subject } from "./texts.ts";

const MODULES = [".ts", ".tsx", ".js", ".mjs", "/index.ts", "/index.js"];

/**
 * The first entry that is wrapped; undefined if all are wrapped already.
 *
 * @param metrics - the path of the module with the pushmeter.
 * @throws Failure for an entry that cannot be wrapped.
 */
export async function measure(
  found: Found,
  metrics: string,
  changes: Changes,
  { aggregator }: Wishes,
): Promise<Measured | undefined> {
  let first: Measured | undefined;
  for (const { path, handler } of found.entries) {
    const edit = ModuleEdit.of(path, (await changes.read(path)) ?? "");
    if (!edit) throw new Failure(`${path} cannot be parsed`);
    if (aggregator && !/@pushmeter\/aggregator["']/.test(edit.source.text)) {
      edit.reexport("Aggregator", "@pushmeter/aggregator");
    }
    if (!isMeasured(edit)) {
      await measureImportedApp(edit, metrics, found, changes);
      const subject = wrap(found, edit, handler);
      if (!subject) {
        throw new Failure(
          `${path} has no ${handler ? `exported ${handler}` : "default export, Hono app or server"} that can be wrapped: docs/workers.md, docs/servers.md and docs/lambda.md show how it is written`,
        );
      }
      edit.import("pushmeter", await specifierOf(path, metrics, found, changes));
      first ??= { style: edit.style, isCommonJs: edit.isCommonJs, subject };
    }
    changes.set(path, edit.toString());
  }
  return first;
}

/** The Hono app that an entry takes from another module: its routes are known there. */
async function measureImportedApp(
  { source }: ModuleEdit,
  metrics: string,
  found: Found,
  changes: Changes,
): Promise<void> {
  const exported = source.program.body.find(({ type }) => type === "ExportDefaultDeclaration");
  if (exported?.type !== "ExportDefaultDeclaration" || exported.declaration.type !== "Identifier") return;
  const { name } = exported.declaration;
  const from = importsOf(source).find(({ local }) => local === name)?.from;
  if (!from?.startsWith(".")) return;
  const stem = posix.join(posix.dirname(source.path), from).replace(/\.[cm]?[jt]sx?$/, "");
  for (const path of MODULES.map((ending) => stem + ending)) {
    const text = await changes.read(path);
    const app = text === undefined ? undefined : ModuleEdit.of(path, text);
    if (!app || isMeasured(app) || !measureHono(app)) continue;
    app.import("pushmeter", await specifierOf(path, metrics, found, changes));
    changes.set(path, `${app}`);
  }
}

function wrap(
  { kind }: Found,
  edit: ModuleEdit,
  handler: string | undefined,
): Omit<Subject, "from"> | undefined {
  if (handler)
    return measureLambda(edit, handler) ? ({ kind: "lambda", handler } as Omit<Subject, "from">) : undefined;
  const hasHono = measureHono(edit);
  if (kind === "worker") return measureWorker(edit) || hasHono ? { kind: "worker" } : undefined;
  if (hasHono) return { kind: "server" };
  return measureServer(edit) ? { kind: "server" } : undefined;
}
