/**
 * The ways in which people build a Lambda: bundler, module format, version of Node, and how the extension registers.
 * `node test/lambda/formats.ts 200` prints the table of docs/lambda.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { node22 } from "@pushmeter/testkit/lambda/node-22";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { median } from "@pushmeter/testkit/statistics";
import { table } from "@pushmeter/testkit/table";
import { type BuildOptions, build } from "esbuild";

/** What CDK's `NodejsFunction`, SAM and SST pass to esbuild unless they are told otherwise. */
const BUNDLERS: Readonly<Record<string, BuildOptions>> = {
  "CDK, CommonJS": { format: "cjs", target: "node22", outExtension: { ".js": ".js" } },
  "SAM, CommonJS": { format: "cjs", target: "es2020", minify: true, outExtension: { ".js": ".js" } },
  "SST, ES module": { format: "esm", target: "esnext", outExtension: { ".js": ".mjs" } },
};
const UNBUNDLED: Readonly<Record<string, string>> = {
  "none, CommonJS": "unbundled-cjs",
  "none, ES module": "unbundled-esm",
};
const RECEIVER_DELAY = 250;
const WORK = 20;
const STARTS = 9;

export interface Format {
  readonly bundler: string;
  readonly node: 22 | 24;
  /** `esm`: by a top-level await. `worker`: without bash. `off`: no extension. `bare`: no pushmeter. */
  readonly registration: "sync" | "worker" | "esm" | "off" | "bare";
}

export const FORMATS: readonly Format[] = ([22, 24] as const).flatMap((node) => [
  ...[...Object.keys(BUNDLERS), ...Object.keys(UNBUNDLED)].map((bundler) => ({
    bundler,
    node,
    registration: "sync" as const,
  })),
  { bundler: "CDK, CommonJS", node, registration: "worker" as const },
  { bundler: "SST, ES module", node, registration: "esm" as const },
  { bundler: "CDK, CommonJS", node, registration: "off" as const },
]);

export interface Measured {
  readonly counted: number;
  readonly extensions: number;
}

/** @throws what the bundler or the function's start throws. */
export async function measure(format: Format, invocations: number, leniency = 0): Promise<Measured> {
  await using run = await Run.start(format, leniency);
  for (let i = 0; i < invocations; i++) await run.invoke();
  return { counted: await run.counted(), extensions: run.extensions };
}

/** One function and its receiver. */
class Run implements AsyncDisposable {
  readonly #folder: string;
  readonly #server: ReceiverServer;
  readonly #lambda: LocalLambda;
  /** From the start of the process until it is frozen, ms. */
  readonly init: number;
  readonly extensions: number;
  /** What callers waited, ms. */
  readonly waits: number[] = [];

  private constructor(
    folder: string,
    server: ReceiverServer,
    lambda: LocalLambda,
    init: number,
    extensions: number,
  ) {
    this.#folder = folder;
    this.#server = server;
    this.#lambda = lambda;
    this.init = init;
    this.extensions = extensions;
  }

  static async start(format: Format, leniency = 0): Promise<Run> {
    const { node, registration } = format;
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-format-"));
    const server = await ReceiverServer.start();
    server.delay = RECEIVER_DELAY;
    const lambda = new LocalLambda({
      directory: await bundled(format, folder),
      node: node === 22 ? await node22() : process.execPath,
      initLimit: 60_000,
      leniency,
      env: {
        REMOTE_WRITE_URL: server.writeUrl,
        AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${node}.x`,
        // As the service runs Node 22.
        ...(node === 22 && { NODE_OPTIONS: "--no-experimental-require-module" }),
        ...(registration === "off" && { PUSHMETER_LAMBDA_EXTENSION: "false" }),
        ...(registration === "worker" && { PATH: "" }),
      },
    });
    const started = performance.now();
    const { extensions } = await lambda.environment();
    return new Run(folder, server, lambda, performance.now() - started, extensions.size);
  }

  async invoke(): Promise<void> {
    const { result, end } = await this.#lambda.begin({ wait: WORK });
    this.waits.push((await result).duration);
    await end;
  }

  /** Ends the function. */
  async counted(): Promise<number> {
    await this.#lambda.stop();
    return this.#server.counted("faas_invoke_duration_seconds_count");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lambda.stop();
    this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** @returns the function's folder. */
async function bundled({ bundler, registration }: Format, folder: string): Promise<string> {
  const unbundled = registration === "bare" ? undefined : UNBUNDLED[bundler];
  const functions = join(import.meta.dirname, "functions");
  if (unbundled) return join(functions, unbundled);
  const file = registration === "bare" ? "bare" : registration === "esm" ? "await" : "plain";
  await build({
    entryPoints: { index: join(functions, `${file}.ts`) },
    outdir: folder,
    bundle: true,
    platform: "node",
    logLevel: "silent",
    ...(BUNDLERS[bundler] ?? BUNDLERS["CDK, CommonJS"]),
  });
  return folder;
}

/** The shortest of some starts of each: other processes make none shorter. In turn, so that they disturb all alike. */
async function inits(formats: readonly Format[]): Promise<number[]> {
  const shortest = formats.map(() => Infinity);
  for (let start = 0; start < STARTS; start++) {
    for (const [i, format] of formats.entries()) {
      await using run = await Run.start(format);
      shortest[i] = Math.min(shortest[i] ?? Infinity, run.init);
    }
  }
  return shortest;
}

/** What callers wait, ms, in the median: of this function and of a bare one, which are called in turn. */
async function waits(format: Format, bare: Format, invocations: number) {
  await using own = await Run.start(format);
  await using other = await Run.start(bare);
  for (let i = 0; i < invocations; i++) {
    await own.invoke();
    await other.invoke();
  }
  const counted = await own.counted();
  return { own: median(own.waits), bare: median(other.waits), counted };
}

if (import.meta.main) {
  const [invocations = 200, onlyNode] = process.argv.slice(2).map(Number);
  const formats = FORMATS.filter(({ node }) => !onlyNode || node === onlyNode);
  const bare = (node: Format["node"]): Format => ({ bundler: "CDK, CommonJS", node, registration: "bare" });
  const starts = await inits([...formats, ...formats.map(({ node }) => bare(node))]);
  const rows = [["bundler", "registration", "Node", "init ms", "bare", "p50 ms", "bare", "counted"]];
  for (const [i, format] of formats.entries()) {
    const { bundler, node, registration } = format;
    const measured = await waits(format, bare(node), invocations);
    const init = [starts[i], Math.min(...starts.slice(formats.length))].map((ms) => (ms ?? 0).toFixed(0));
    const p50 = [measured.own, measured.bare].map((ms) => ms.toFixed(1));
    rows.push([bundler, registration, `${node}`, ...init, ...p50, `${measured.counted} of ${invocations}`]);
  }
  console.log(table(rows, 2).join("\n"));
}
