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

export interface Format {
  readonly bundler: string;
  readonly node: 22 | 24;
  /** `esm`: by a top-level await. `worker`: without bash. `off`: no extension. `bare`: no pushmeter. */
  readonly registration: "sync" | "worker" | "esm" | "off" | "bare";
}

export const FORMATS: readonly Format[] = ([22, 24] as const).flatMap((node) => [
  { bundler: "CDK, CommonJS", node, registration: "bare" as const },
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
  /** From the start of the process until it is frozen, ms. */
  readonly init: number;
  /** What callers waited, ms. */
  readonly waits: readonly number[];
  readonly counted: number;
  readonly extensions: number;
}

/** @throws what the bundler or the function's start throws. */
export async function measure(format: Format, invocations: number, leniency = 0): Promise<Measured> {
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
  try {
    const started = performance.now();
    const { extensions } = await lambda.environment();
    const init = performance.now() - started;
    const waits: number[] = [];
    for (let i = 0; i < invocations; i++) {
      const { result, end } = await lambda.begin({ wait: WORK });
      waits.push((await result).duration);
      await end;
    }
    await lambda.stop();
    const counted = server.counted("faas_invoke_duration_seconds_count");
    return { init, waits, counted, extensions: extensions.size };
  } finally {
    await lambda.stop();
    server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns the function's folder. */
async function bundled({ bundler, registration }: Format, folder: string): Promise<string> {
  const unbundled = UNBUNDLED[bundler];
  const functions = join(import.meta.dirname, "functions");
  if (unbundled) return join(functions, unbundled);
  const file = registration === "bare" ? "bare" : registration === "esm" ? "await" : "plain";
  await build({
    entryPoints: { index: join(functions, `${file}.ts`) },
    outdir: folder,
    bundle: true,
    platform: "node",
    logLevel: "silent",
    ...BUNDLERS[bundler],
  });
  return folder;
}

/** The median of some starts, each in a new environment. */
async function medianInit(format: Format): Promise<number> {
  const inits: number[] = [];
  for (let i = 0; i < 7; i++) inits.push((await measure(format, 0)).init);
  return median(inits);
}

if (import.meta.main) {
  const [invocations = 200, onlyNode] = process.argv.slice(2).map(Number);
  const rows = [["bundler", "registration", "Node", "init ms", "p50 ms", "counted"]];
  for (const format of FORMATS.filter(({ node }) => !onlyNode || node === onlyNode)) {
    const init = await medianInit(format);
    const { waits, counted } = await measure(format, invocations);
    const { bundler, node, registration } = format;
    const total = registration === "bare" ? "" : `${counted} of ${invocations}`;
    rows.push([bundler, registration, `${node}`, init.toFixed(0), median(waits).toFixed(1), total]);
  }
  console.log(table(rows, 2).join("\n"));
}
