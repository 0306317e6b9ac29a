/** All changes that a project needs; none where it is measured already. */
import { extname, posix } from "node:path";
import { Failure } from "../command.ts";
import type { Changes } from "./change.ts";
import { isMeasured, measureHono, measureLambda, measureServer, measureWorker } from "./edits/entry.ts";
import { editDenoConfig, editManifest } from "./edits/manifest.ts";
import { ModuleEdit } from "./edits/module-edit.ts";
import { cdkFunctions, editCdk, editSam } from "./edits/templates.ts";
import { editWrangler } from "./edits/wrangler.ts";
import { type Found, findProject, readManifest, runnerOf, serviceOf, specifierOf } from "./project.ts";
import { metricsText, type Subject, testText } from "./texts.ts";

export interface Wishes {
  /** The endpoint to write into the configuration. Left out: `LOCAL`, for Lambda none. */
  readonly url: string | undefined;
  readonly aggregator: boolean;
}

/** A Prometheus on this machine. */
export const LOCAL = "http://127.0.0.1:9090/api/v1/write";

const VERSIONS = { own: "^0.1.0", api: "^1.10.0", vitest: "^5.1.1" };

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

interface Measured {
  readonly style: ModuleEdit["style"];
  readonly isCommonJs: boolean;
  readonly subject: Omit<Subject, "from">;
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

async function addTest(
  found: Found,
  metrics: string,
  {
    edit,
    subject,
    isTyped,
  }: { readonly edit: Measured; readonly subject: Omit<Subject, "from">; readonly isTyped: boolean },
  changes: Changes,
): Promise<void> {
  const [{ path: entry } = { path: "" }] = found.entries;
  const runner = runnerOf(found, await readManifest(found, changes));
  const usesHono = /hono/.test((await changes.read(entry)) ?? "");
  // Only Hono has a way to ask an app that does not listen.
  if (subject.kind === "server" && !usesHono) return;
  const ending = extname(entry);
  const name =
    runner === "deno"
      ? `metrics_test${ending}`
      : `metrics.${runner.startsWith("vitest in") ? "spec" : "test"}${ending}`;
  const folder = runner === "jest" ? "tests/unit" : "test";
  const path = runner === "deno" ? name : posix.join(found.packageFolder, folder, name);
  if ((await changes.read(path)) !== undefined) return;
  const from = await specifierOf(path, entry, found, changes);
  changes.set(
    path,
    testText({
      runner,
      subject: { ...subject, from } as Subject,
      metrics: await specifierOf(path, metrics, found, changes),
      style: edit.style,
      isTyped,
    }),
  );
}

/** Where to push. */
async function configure({ kind, wrangler, config }: Found, changes: Changes, wishes: Wishes): Promise<void> {
  if (wrangler) {
    await changes.read(wrangler.file);
    changes.set(
      wrangler.file,
      editWrangler(wrangler.file, wrangler.text, wrangler.config, {
        url: wishes.url ?? LOCAL,
        aggregator: wishes.aggregator,
      }),
    );
  }
  const text = config && (await changes.read(config));
  if (!config || !text) return;
  if (kind === "sam") changes.set(config, editSam(text, wishes.url ?? ""));
  const stack = kind === "cdk" ? ModuleEdit.of(config, text) : undefined;
  if (!stack) return;
  for (const { options } of cdkFunctions(stack)) editCdk(stack, options);
  changes.set(config, stack.toString());
}

async function install(found: Found, changes: Changes, { aggregator }: Wishes): Promise<void> {
  const { kind, config, packageFolder } = found;
  const { own, api, vitest } = VERSIONS;
  const packages = {
    "@opentelemetry/api": api,
    "@pushmeter/adapters": own,
    ...(aggregator && { "@pushmeter/aggregator": own }),
    "@pushmeter/sdk": own,
  };
  if (kind === "deno" && config) {
    const imports = Object.fromEntries(
      Object.entries(packages).map(([name, range]) => [name, `npm:${name}@${range}`]),
    );
    changes.set(config, editDenoConfig((await changes.read(config)) ?? "{}", imports));
    return;
  }
  const path = posix.join(packageFolder, "package.json");
  const text = await changes.read(path);
  if (text === undefined) throw new Failure(`There is no ${path}: run npm init first`);
  const isTested = changes.paths.some((one) => /metrics\.(?:test|spec)\./.test(one));
  const runner = runnerOf(found, await readManifest(found, changes));
  const needsVitest = isTested && runner === "vitest";
  changes.set(
    path,
    editManifest(text, {
      dependencies: packages,
      ...(needsVitest && { devDependencies: { vitest }, scripts: { test: "vitest run" } }),
    }),
  );
}
