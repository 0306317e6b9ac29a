/** `npm run bench [-- --json] [-- --write] [-- --only PART]`: pushmeter beside its peers, and the bars it has to meet. */
import { parseArgs } from "node:util";
import { Progress } from "@pushmeter/testkit/progress";
import { table } from "@pushmeter/testkit/table";
import { rowsOf } from "./bars.ts";
import { checkDocument, writeDocument } from "./document.ts";
import type { Part, Result } from "./part.ts";
import { PARTS } from "./parts.ts";

async function main(): Promise<void> {
  const { json, write, parts } = parseArguments();
  if (write) await checkDocument(parts.map(([name]) => name));
  const print = (lines: readonly string[]) => {
    if (!json) process.stdout.write(`${lines.join("\n")}\n\n`);
  };
  const results: Record<string, Result> = {};
  const failed: string[] = [];
  for (const [name, part] of parts) {
    const progress = new Progress(process.stderr);
    const started = performance.now();
    let at = "starts";
    const show = () =>
      progress.update(`${name}: ${at} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    // One step may take long.
    const timer = setInterval(show, 1000);
    try {
      const result = await part((text) => {
        at = text;
        show();
      });
      progress.clear();
      results[name] = result;
      print([result.title, "", ...table(result.rows), "", ...result.notes]);
    } catch (error) {
      progress.clear();
      process.stderr.write(`${name} failed: ${error instanceof Error ? (error.stack ?? error) : error}\n`);
      failed.push(name);
    } finally {
      clearInterval(timer);
    }
  }

  if (write) await writeDocument(results, new Date());
  const bars = Object.values(results).flatMap((result) => result.bars);
  const missed = bars.filter(({ ok }) => !ok).length;
  if (bars.length) print(["Bars", "", ...table(rowsOf(bars), 4)]);
  if (json) {
    const data = Object.fromEntries(Object.entries(results).map(([name, result]) => [name, result.data]));
    process.stdout.write(`${JSON.stringify({ ...data, bars }, null, 2)}\n`);
  } else {
    const failures = failed.length ? `; failed: ${failed.join(", ")}` : "";
    process.stdout.write(`${bars.length - missed} bars ok, ${missed} MISSED${failures}\n`);
  }
  if (missed || failed.length) process.exitCode = 1;
}

function parseArguments(): { json: boolean; write: boolean; parts: [string, Part][] } {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
    },
  });
  const only = values.only ?? Object.keys(PARTS);
  const unknown = only.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new TypeError(`--only takes ${Object.keys(PARTS).join(", ")}, got ${unknown}`);
  return {
    json: values.json,
    write: values.write,
    parts: Object.entries(PARTS).filter(([name]) => only.includes(name)),
  };
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
