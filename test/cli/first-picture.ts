/**
 * `npm run dev:first`: from an empty folder to the first live picture of a Worker's requests, with the packages as they are
 * packed. Prints each command and its seconds, those of npm's installation apart. wrangler is the repository's.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { launchChromium } from "@pushmeter/testkit/chromium";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { until } from "@pushmeter/testkit/poll";
import { table } from "@pushmeter/testkit/table";
import { packAll, ROOT } from "../packages/pack.ts";

/** What it may take after npm's installation, seconds. */
const BAR = 60;
const [DEV, WORKER] = [19_095, 18_787];

const steps: [string, number][] = [];
const children: ChildProcess[] = [];
const env = {
  ...process.env,
  PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}`,
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
};

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  steps.push([what, (performance.now() - started) / 1000]);
  return result;
}

/** Starts a server; it ends with this program. The group: the shell's child is the server. */
function start(command: string, cwd: string): void {
  children.push(spawn("sh", ["-c", `exec ${command}`], { cwd, env, stdio: "ignore", detached: true }));
}

async function run(command: string, cwd: string): Promise<void> {
  const child = spawn("sh", ["-c", command], { cwd, env, stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

const folder = await mkdtemp(join(tmpdir(), "pushmeter-first-picture-"));
const browser = await launchChromium();
try {
  const packages = await packAll(folder);
  const project = join(folder, "courses");
  await mkdir(project);
  await run("npm init -y", project);
  const tarballs = packages.map(({ tarball }) => tarball).join(" ");
  await step("npm install …", () =>
    run(`npm install --prefer-offline --loglevel=error ${tarballs}`, project),
  );

  const url = `http://127.0.0.1:${DEV}`;
  await step("npx pushmeter dev", async () => {
    start(`npx pushmeter dev --port ${DEV}`, project);
    await until("it listens", () => answers(`${url}/-/ready`), Boolean);
  });
  await step("write src/index.ts, wrangler.jsonc and .dev.vars", async () => {
    const readme = await readFile(join(ROOT, "README.md"), "utf8");
    for (const language of ["ts", "jsonc"]) {
      const [text = ""] = codeBlocks(readme, language);
      const path = join(project, /^\/\/ (\S+)/.exec(text)?.[1] ?? "");
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
    await writeFile(join(project, ".dev.vars"), `PUSHMETER_REMOTE_WRITE_URL=${url}/api/v1/write\n`);
  });
  const worker = `http://127.0.0.1:${WORKER}`;
  await step("npx wrangler dev", async () => {
    start(`wrangler dev --port ${WORKER} --ip 127.0.0.1`, project);
    await until("the Worker answers", () => answers(worker), Boolean);
  });
  await step("ten requests, until they are on the page", async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(url);
    for (let i = 1; i < 10; i++) await (await fetch(worker)).text();
    // The first one may have been answered before it was known to be.
    await page.waitForFunction(
      () => Number(document.querySelector("#stat-requests .value")?.textContent) >= 10,
    );
  });
  const [install, ...others] = steps;
  const total = others.reduce((sum, [, seconds]) => sum + seconds, 0);
  const rows = [
    ...(install ? [install] : []),
    ...others,
    ["to the first live picture, after npm", total] as const,
  ];
  console.log(
    table([["step", "s"], ...rows.map(([what, seconds]) => [what, seconds.toFixed(1)])]).join("\n"),
  );
  if (total > BAR) process.exitCode = 1;
} finally {
  await browser.close();
  for (const { pid } of children) if (pid) process.kill(-pid, "SIGTERM");
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
