/**
 * `npm run docs:start`: does what the README says, from a clone to the first series of a Worker of one's own in a real
 * Prometheus, and prints the seconds of each step. Commands and files are the README's own, in its order.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { until } from "@pushmeter/testkit/poll";
import { findProgram } from "@pushmeter/testkit/servers/programs";
import { querying } from "@pushmeter/testkit/servers/prometheus";
import { table } from "@pushmeter/testkit/table";

const ROOT = join(import.meta.dirname, "../..");
/** What it may take, in seconds. */
const BAR = 120;

const steps: [string, number][] = [];
const stops: (() => void)[] = [];

/** Does a step and notes how long it took. */
async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  steps.push([what, (performance.now() - started) / 1000]);
  return result;
}

class Shell {
  readonly #env: NodeJS.ProcessEnv;

  /** @param bin - comes first in the PATH. */
  constructor(bin: string) {
    this.#env = {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
    };
  }

  /** Runs a command to its end. */
  async run(command: string, cwd: string): Promise<void> {
    const child = spawn("sh", ["-c", command], { cwd, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
  }

  /** Starts a server; it ends with this program. */
  start(command: string, cwd: string): void {
    const child = spawn("sh", ["-c", command], { cwd, env: this.#env, stdio: "ignore", detached: true });
    // The group: the shell's child is the server.
    if (child.pid) stops.push(() => process.kill(-(child.pid as number), "SIGTERM"));
  }
}

/** A port: the README's if it is free. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  const listen = (port: number) =>
    new Promise<number>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    });
  const port = await listen(wanted).catch(() => listen(0));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function main(folder: string): Promise<void> {
  const [prometheusPort, workerPort] = [await freePort(9090), await freePort(8787)];
  if (prometheusPort !== 9090) console.log(`Port 9090 is in use: ${prometheusPort} instead`);
  if (workerPort !== 8787) console.log(`Port 8787 is in use: ${workerPort} instead`);
  const bin = join(folder, "bin");
  const [clone, project] = [join(folder, "pushmeter"), join(folder, "courses")];
  for (const each of [bin, project]) await mkdir(each);
  await symlink(await findProgram("PROMETHEUS_BIN"), join(bin, "prometheus"));
  await symlink(process.execPath, join(bin, "node"));
  const shell = new Shell(bin);

  await step("git clone", () => shell.run(`git clone --quiet "${ROOT}" pushmeter`, folder));
  const readme = (await readFile(join(clone, "README.md"), "utf8")).replaceAll("9090", `${prometheusPort}`);
  const [inClone = "", inProject = "", toStart = ""] = codeBlocks(readme, "sh");
  for (const command of inClone.trim().split("\n")) await step(command, () => shell.run(command, clone));
  await step("npm init -y", () => shell.run(within(readme, "npm init -y"), project));
  for (const command of inProject.trim().split("\n")) await step(command, () => shell.run(command, project));

  const prometheus = `http://127.0.0.1:${prometheusPort}`;
  await step("start Prometheus", async () => {
    const [touch = "", start = ""] = toStart.trim().split("\n");
    await shell.run(touch, project);
    shell.start(`exec ${start} --web.listen-address=127.0.0.1:${prometheusPort}`, project);
    await until("Prometheus is ready", () => answers(`${prometheus}/-/ready`), Boolean);
  });
  await step("write src/index.ts and wrangler.jsonc", async () => {
    for (const language of ["ts", "jsonc"]) {
      const [text = ""] = codeBlocks(readme, language);
      const path = join(project, /^\/\/ (\S+)/.exec(text)?.[1] ?? "");
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  });
  const worker = `http://localhost:${workerPort}`;
  await step("npx wrangler dev", async () => {
    shell.start(`exec ${within(readme, "npx wrangler dev")} --port ${workerPort}`, project);
    // The first of the ten.
    await until("the Worker answers", () => answers(worker), Boolean);
  });
  await step("nine more requests, five seconds, the query", async () => {
    for (let i = 1; i < 10; i++) await (await fetch(worker)).text();
    const [text = ""] = codeBlocks(readme, "text");
    const { query } = querying(prometheus);
    const stored = async () =>
      (await query('{job="courses"}')).map(({ labels: { __name__: name, ...labels }, value }) => {
        const pairs = Object.entries({ ...labels, instance: "…" }).map(([key, label]) => `${key}="${label}"`);
        return `${name}{${pairs.sort().join(",")}} ${value}`;
      });
    await until("the README's series", stored, (series) =>
      text
        .trim()
        .split("\n")
        .every((line) => series.includes(line)),
    );
    console.log(text);
  });
}

/** A command that the text has in backticks. */
function within(text: string, command: string): string {
  if (!text.includes(`\`${command}\``)) throw new Error(`The README does not say ${command}`);
  return command;
}

const folder = await mkdtemp(join(tmpdir(), "pushmeter-first-series-"));
try {
  await main(folder);
  const total = steps.reduce((sum, [, seconds]) => sum + seconds, 0);
  const rows = [...steps, ["from a clone to the first series", total] as const];
  console.log(
    table([["step", "s"], ...rows.map(([what, seconds]) => [what, seconds.toFixed(1)])]).join("\n"),
  );
  if (total > BAR) {
    console.error(`More than ${BAR} s`);
    process.exitCode = 1;
  }
} finally {
  for (const stop of stops) stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
