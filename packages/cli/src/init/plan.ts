/** All changes that a project needs; none where it is measured already. */
import { extname, posix } from "node:path";
import { Failure } from "../command.ts";
import { addTest, type Measured } from "./add-test.ts";
import type { Changes } from "./change.ts";
import { configure, install, type Wishes } from "./configure.ts";
import { isMeasured, measureHono, measureLambda, measureServer, measureWorker } from "./edits/entry.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { type Found, findProject, readManifest, serviceOf, specifierOf } from "./project.ts";
import { metricsText, type Subject } from "./texts.ts";

/** @throws Failure for a project that cannot be wired up. */
export async function plan(folder: string, changes: Changes, wishes: Wishes): Promise<Found> {
  const found = await findProject(folder, changes);
  if (wishes.aggregator && found.kind !== "worker") {
    throw new Failure("--aggregator needs a Worker: Durable Objects run on Cloudflare only");
  }
  const manifest = await readManifest(found, changes);
  const [first] = found.entries;
  if (!first) throw new Failure("There is no entry to measure");
  const ending = extname(first.path);
  const metrics = await metricsPath(posix.dirname(first.path), ending, changes);
  const edits = await measure(found, metrics, changes, wishes);
  if (edits) {
    const { style, isCommonJs } = edits;
    const isTyped = /ts/.test(ending);
    const service = serviceOf(folder, found, manifest);
    if ((await changes.read(metrics)) === undefined) {
      changes.set(
        metrics,
        metricsText({ service, style, isTyped, isCommonJs, aggregator: wishes.aggregator }),
      );
    }
    await addTest(found, metrics, { edit: edits, subject: edits.subject, isTyped }, changes);
  }
  await configure(found, changes, wishes);
  await install(found, changes, wishes);
  return found;
}

/** Wraps the entries. Undefined if all are wrapped. */
async function measure(found: Found, metrics: string, changes: Changes, { aggregator }: Wishes) {
  let first: Measured | undefined;
  for (const { path, handler } of found.entries) {
    const edit = ModuleEdit.of(path, (await changes.read(path)) ?? "");
    if (!edit) throw new Failure(`${path} cannot be parsed`);
    if (aggregator && !/@pushmeter\/aggregator["']/.test(edit.source.text)) {
      edit.reexport("Aggregator", "@pushmeter/aggregator");
    }
    if (!isMeasured(edit)) {
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

async function metricsPath(folder: string, ending: string, changes: Changes): Promise<string> {
  const usual = posix.join(folder, `metrics${ending}`);
  const text = await changes.read(usual);
  // A file of the user's own stays as it is.
  return text === undefined || /createPushmeter/.test(text)
    ? usual
    : posix.join(folder, `pushmeter${ending}`);
}
