/** All changes that a project needs; none where it is measured already. */
import { extname, posix } from "node:path";
import { Failure } from "../command.ts";
import { addTest } from "./add-test.ts";
import type { Changes } from "./change.ts";
import { configure, install, type Wishes } from "./configure.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { pushThroughAggregator } from "./edits/push.ts";
import { measure } from "./measure.ts";
import { type Found, findProject, readManifest, serviceOf } from "./project.ts";
import { environmentOf, metricsText } from "./texts.ts";

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
  if (wishes.aggregator) await aggregate([metrics, ...found.entries.map(({ path }) => path)], changes);
  await configure(found, changes, wishes);
  await install(found, changes, wishes);
  return found;
}

/** A pushmeter that was there before pushes through the aggregator, too. */
async function aggregate(paths: readonly string[], changes: Changes): Promise<void> {
  for (const path of paths) {
    const edit = ModuleEdit.of(path, (await changes.read(path)) ?? "");
    const pushed = edit ? pushThroughAggregator(edit, environmentOf(path)) : "absent";
    if (pushed === "elsewhere") {
      throw new Failure(
        `createPushmeter in ${path} has another push: replace it by (env) => aggregator(env.PUSHMETER), or leave --aggregator out`,
      );
    }
    if (pushed === "added") changes.set(path, `${edit}`);
    if (pushed !== "absent") return;
  }
}

async function metricsPath(folder: string, ending: string, changes: Changes): Promise<string> {
  const usual = posix.join(folder, `metrics${ending}`);
  const text = await changes.read(usual);
  // A file of the user's own stays as it is.
  return text === undefined || /createPushmeter/.test(text)
    ? usual
    : posix.join(folder, `pushmeter${ending}`);
}
