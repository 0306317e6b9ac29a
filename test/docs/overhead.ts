/**
 * `npm run bench:tests`: how much longer the tests of docs/testing.md take than the same ones without pushmeter. Each runs 20
 * times, and the medians are compared. The first time, shown beside them, includes the start of a runtime, and varies with it.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { median } from "@pushmeter/testkit/statistics";
import { table } from "@pushmeter/testkit/table";
import { ROOT, writeBlocks } from "./documents.ts";

const TIMES = 20;
/** What pushmeter may add to a test, ms. */
const BAR = 50;
const RUNS = `const RUNS = Array.from({ length: ${TIMES} }, (_, i) => i + 1);\n`;
const WRANGLER = { name: "courses", main: "src/index.ts", compatibility_date: "2026-10-01" };

/** Milliseconds of each run, by test. */
type Durations = ReadonlyMap<string, readonly number[]>;

/** The test as it is, many times. A receiver counts on. */
function repeated(text: string): string {
  const each = text
    .replaceAll(/^it\(/gm, "it.each(RUNS)(")
    .replaceAll(/^test\(/gm, "for (const run of RUNS) test(")
    .replace(/(receiver\.assertCounted\(.*), 1\)/, "$1, run)");
  return each === text ? text : RUNS + each;
}

/** The same code without a line of pushmeter's. */
function bare(text: string): string {
  const plain = text
    .replaceAll(/instrument\w+\(pushmeter, /g, "(")
    .replace(/meter\.increase\(.*=> (.*)\);/, "$1;")
    .split("\n")
    .filter(
      (line) =>
        !/pushmeter|meter\b|matchers|logins\.add|logins } from|receiver\b|expect\((increase|count|quantile)/.test(
          line,
        ),
    );
  return `const [url, close] = ["", () => {}];\n${plain.join("\n")}`;
}

async function rewrite(folder: string, change: (text: string) => string): Promise<void> {
  for (const path of await readdir(folder, { recursive: true })) {
    if (!/^(src|test)\/.*\.ts$/.test(path)) continue;
    await writeFile(join(folder, path), change(await readFile(join(folder, path), "utf8")));
  }
}

async function run(folder: string, file: string, ...args: string[]): Promise<string> {
  const off = { CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false" };
  const env = { ...process.env, ...off };
  return (await promisify(execFile)(file, args, { cwd: folder, env, maxBuffer: 1e8 })).stdout;
}

async function vitest(folder: string, where: string, ...args: string[]): Promise<[string, number][]> {
  const output = "results.json";
  await run(
    folder,
    join(ROOT, "node_modules/.bin/vitest"),
    "run",
    "--reporter=json",
    `--outputFile=${output}`,
    ...args,
  );
  const { testResults } = JSON.parse(await readFile(join(folder, output), "utf8")) as {
    testResults: { assertionResults: { title: string; duration: number }[] }[];
  };
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, duration }) => [`${where}: ${title}`, duration] as [string, number]),
  );
}

async function nodeTest(folder: string, name: string): Promise<[string, number][]> {
  const tap = await run(folder, process.execPath, "--test", "--test-reporter=tap", `test/${name}.node.ts`);
  const results = tap.matchAll(/^ *ok \d+ - (.*)\n *---\n *duration_ms: ([\d.]+)\n *type: 'test'/gm);
  return Array.from(results, ([, title, ms]) => [`node:test, ${name}: ${title}`, Number(ms)]);
}

async function measure(folder: string): Promise<Durations> {
  await mkdir(join(folder, "dist"));
  await writeFile(
    join(folder, "dist/outside.js"),
    await bundleWorker({ file: join(folder, "src/outside.ts") }),
  );
  await writeFile(join(folder, "wrangler.jsonc"), JSON.stringify(WRANGLER));
  await writeFile(join(folder, "node.config.ts"), "export default {};");
  const files = (...names: string[]) => names.map((name) => `test/${name}.test.ts`);
  const durations = [
    ...(await vitest(folder, "vitest in workerd", ...files("worker", "unchanged"))),
    ...(await vitest(
      folder,
      "vitest in Node",
      "--config=node.config.ts",
      ...files("login", "app", "handler"),
    )),
    ...(await nodeTest(folder, "login")),
    ...(await nodeTest(folder, "outside")),
    ...(await nodeTest(folder, "miniflare")),
  ];
  const grouped = Map.groupBy(durations, ([test]) => test);
  return new Map(Array.from(grouped, ([test, each]) => [test, each.map(([, ms]) => ms)]));
}

const folder = await writeBlocks("docs/testing.md");
const without = `${folder}-bare`;
try {
  await cp(folder, without, { recursive: true });
  await rewrite(folder, repeated);
  await rewrite(without, (text) => repeated(bare(text)));
  const [measured, plain] = [await measure(folder), await measure(without)];
  let most = 0;
  const rows = Array.from(measured, ([test, all]) => {
    const others = plain.get(test) ?? [];
    const [first = NaN, bareFirst = NaN] = [all[0], others[0]];
    const added = median(all) - median(others);
    most = Math.max(most, added);
    const cells = [bareFirst, first, median(others), median(all), added];
    return [test, ...cells.map((ms) => ms.toFixed(1))];
  });
  const header = ["test, ms", "bare, first", "pushmeter", "bare, median", "pushmeter", "added"];
  console.log(table([header, ...rows]).join("\n"));
  console.log(`At most ${most.toFixed(1)} ms added in the median; the bar is ${BAR} ms`);
  if (!(most <= BAR)) process.exitCode = 1;
} finally {
  for (const each of [folder, without]) await rm(each, { recursive: true, force: true });
}
