/**
 * `npm run init:fresh`: `pushmeter init` in fresh projects. Each has to build, its generated test has to pass, and a
 * receiver has to have the first request counted. Ends with 1 if one does not.
 */
import { execFile, spawn } from "node:child_process";
import { cp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { build } from "esbuild";
import { unstable_startWorker as startWorker } from "wrangler";
import { writeProject } from "../command/run.ts";
import { ROOT } from "../docs/documents.ts";
import { FRESH, type Fresh } from "./projects.ts";
import { initIn } from "./run.ts";

const BIN = join(ROOT, "node_modules/.bin");
const run = promisify(execFile);
const REQUESTS = "http_server_request_duration_seconds_count";
const INVOCATIONS = "faas_invoke_duration_seconds_count";

interface Trial {
  /** Runs the types' check or the build. */
  build(folder: string): Promise<unknown>;
  test(folder: string): Promise<unknown>;
  /** Makes one request or invocation, and goes on until this receiver has it. */
  use(folder: string, writeUrl: string, isCounted: () => Promise<void>): Promise<unknown>;
  readonly metric: string;
}

const tsc = (folder: string) => run(join(BIN, "tsc"), ["-p", folder]);
const vitest = (folder: string) => run(join(BIN, "vitest"), ["run", "--root", folder], { cwd: folder });
const DENO = process.env.DENO_BIN;

const TRIALS: Readonly<Record<string, Trial>> = {
  "create-cloudflare": { build: tsc, test: vitest, use: worker, metric: REQUESTS },
  "create-hono, Workers": { build: tsc, test: vitest, use: worker, metric: REQUESTS },
  "create-hono, Node": { build: tsc, test: vitest, use: node, metric: REQUESTS },
  "create-hono, Deno": {
    build: async (cwd) => {
      await installForDeno(cwd);
      await run(`${DENO}`, ["check", "main.ts"], { cwd });
    },
    test: (cwd) => run(`${DENO}`, ["test", "--allow-env"], { cwd }),
    use: deno,
    metric: REQUESTS,
  },
  "sam init": {
    build: (folder) => tsc(join(folder, "hello-world")),
    test: async (folder) => bundled(join(folder, "hello-world/tests/unit/metrics.test.ts"), folder, {}),
    use: (folder, writeUrl, isCounted) =>
      lambda(join(folder, "hello-world/app.ts"), "lambdaHandler", folder, writeUrl).then(isCounted),
    metric: INVOCATIONS,
  },
  cdk: {
    build: tsc,
    test: vitest,
    use: (folder, writeUrl, isCounted) =>
      lambda(join(folder, "lambda/hello.ts"), "handler", folder, writeUrl).then(isCounted),
    metric: INVOCATIONS,
  },
};

let wrong = 0;
console.log(
  "| project | files written | builds | tests pass | first series |\n| --- | --- | --- | --- | --- |",
);
const only = process.argv[2] ?? "";
for (const fresh of FRESH) if (fresh.name.includes(only)) await tryOut(fresh);
for (const fresh of FRESH)
  if (isWorker(fresh) && fresh.name.includes(only)) await tryOut(fresh, ["--aggregator"]);
process.exitCode = wrong ? 1 : 0;

function isWorker({ files }: Fresh): boolean {
  return "wrangler.jsonc" in files;
}

async function tryOut(fresh: Fresh, args: readonly string[] = []): Promise<void> {
  const name = [fresh.name, ...args].join(", ");
  const trial = TRIALS[fresh.name];
  if (!trial || (/Deno/.test(fresh.name) && !DENO)) {
    console.log(`| ${fresh.name} | skipped: name a Deno in DENO_BIN | | | |`);
    return;
  }
  const folder = await writeProject(fresh.files);
  const server = await ReceiverServer.start();
  try {
    const url = /create-/.test(fresh.name) ? ["--url", server.writeUrl] : [];
    const { written } = await initIn(folder, ["--yes", ...args, ...url]);
    const builds = await judged(() => trial.build(folder));
    const tests = await judged(() => trial.test(folder));
    const counts = await judged(async () => {
      const isCounted = async () => {
        await until("a series", () => server.counted(trial.metric), Boolean, 40_000);
      };
      await trial.use(folder, server.writeUrl, isCounted);
    });
    const first = server.receiver.series(trial.metric)[0];
    const series = counts === "yes" && first ? `${trial.metric}${JSON.stringify(first.labels)}` : counts;
    console.log(`| ${name} | ${written.join(", ")} | ${builds} | ${tests} | ${series} |`);
  } finally {
    server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function judged(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
    return "yes";
  } catch (error) {
    wrong++;
    const {
      stdout = "",
      stderr = "",
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    return `✗ ${`${stdout}${stderr}` || message}`.replaceAll("\n", " ").slice(0, 1500);
  }
}

async function worker(folder: string, _: string, isCounted: () => Promise<void>): Promise<void> {
  const started = await startWorker({
    config: join(folder, "wrangler.jsonc"),
    dev: { server: { port: 0 }, inspector: false, persist: false, logLevel: "none" },
  });
  try {
    await started.ready;
    await (await started.fetch("http://localhost/")).text();
    await isCounted();
  } finally {
    await started.dispose();
  }
}

async function node(folder: string, writeUrl: string, isCounted: () => Promise<void>): Promise<void> {
  await served(process.execPath, ["dist/index.js"], { cwd: folder, writeUrl, isCounted });
}

async function deno(folder: string, writeUrl: string, isCounted: () => Promise<void>): Promise<void> {
  await served(`${DENO}`, ["task", "start"], { cwd: folder, writeUrl, isCounted });
}

/** The packages are not on npm before they are published: Deno finds them in node_modules, as after an install. */
async function installForDeno(folder: string): Promise<void> {
  const path = join(folder, "deno.json");
  const { imports, ...rest } = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...rest, nodeModulesDir: "manual" }));
  const dependencies = Object.fromEntries(Object.keys(imports).map((name) => [name, "*"]));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module", dependencies }));
  const modules = join(folder, "node_modules");
  for (const name of ["sdk", "adapters"]) {
    for (const part of ["dist", "package.json"]) {
      const from = join(ROOT, "packages", name, part);
      await cp(from, join(modules, "@pushmeter", name, part), { recursive: true });
    }
  }
  for (const name of ["hono", "@opentelemetry"])
    await symlink(join(ROOT, "node_modules", name), join(modules, name));
}

interface Serving {
  readonly cwd: string;
  readonly writeUrl: string;
  readonly isCounted: () => Promise<void>;
}

/** Asks the server once and leaves it running until it has pushed. */
async function served(
  file: string,
  args: readonly string[],
  { cwd, writeUrl, isCounted }: Serving,
): Promise<void> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const env = {
    ...process.env,
    PATH: `${dirname(file)}${delimiter}${process.env.PATH}`,
    PORT: `${port}`,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    PUSHMETER_REMOTE_WRITE_URL: writeUrl,
  };
  const child = spawn(file, args, { cwd, env, stdio: "ignore" });
  try {
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/`).then(
        (response) => response.text(),
        () => "",
      );
    await until("the server answers", ask, Boolean, 30_000);
    await isCounted();
  } finally {
    child.kill("SIGKILL");
  }
}

/** As SAM and CDK bundle it: CommonJS. */
async function lambda(file: string, handler: string, folder: string, writeUrl: string): Promise<void> {
  const code = `require(${JSON.stringify(file)}).${handler}({}, { getRemainingTimeInMillis: () => 3000 })`;
  await bundled(code, folder, { PUSHMETER_REMOTE_WRITE_URL: writeUrl });
}

/** Bundles a file, or a line of code, and runs it. jest is not installed here: its `it` is a plain call. */
async function bundled(entry: string, folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const isFile = entry.startsWith("/");
  const outfile = join(folder, "out.cjs");
  await build({
    ...(isFile ? { entryPoints: [entry] } : { stdin: { contents: entry, resolveDir: folder } }),
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "silent",
    plugins: [
      {
        name: "jest",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^@jest\/globals$/ }, () => ({ path: "jest", namespace: "jest" }));
          onLoad({ filter: /.*/, namespace: "jest" }, () => ({
            contents: "export const it = (_, test) => test();",
          }));
        },
      },
    ],
  });
  await run(process.execPath, [outfile], { env: { PATH: process.env.PATH ?? "", ...env }, timeout: 30_000 });
}
