/**
 * What processes of any runtime serve is what the server counts: Node, Lambda, and Deno and Bun where they are in the PATH.
 * Only with `SOAK`, of any value: each takes a second or two of CPU.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { httpApi } from "@pushmeter/testkit/lambda/events";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import type { Process } from "@pushmeter/testkit/servers/process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, TOKEN } from "./server.ts";

const IS_LONG = Boolean(process.env.SOAK);
const REQUESTS = 10;
const NAME = "http_server_request_duration_seconds_count";
const PROCESS = join(import.meta.dirname, "process.ts");
const COMMANDS = {
  node: [process.execPath, PROCESS],
  deno: ["deno", "run", "--allow-all", PROCESS],
  bun: ["bun", PROCESS],
} as const;
const folders = (process.env.PATH ?? "").split(delimiter);

let receiver: ReceiverServer;
let server: Process;
let env: Record<string, string>;
beforeAll(async () => {
  receiver = await ReceiverServer.start();
  server = await startServer(["--remote-write", receiver.writeUrl, "--interval", "200ms"]);
  env = { OTLP_URL: `${server.url}/v1/metrics`, OTLP_TOKEN: TOKEN };
});
afterAll(async () => {
  await server.stop();
  receiver.stop();
});

async function expectCounted(job: string, requests: number): Promise<void> {
  const seen = () => receiver.receiver.total(NAME, { job });
  await until(`${requests} requests of ${job}`, seen, (n) => n >= requests);
  expect(seen()).toBe(requests);
  const [series] = receiver.receiver.series(NAME, { job });
  expect([series?.labels.instance, series?.samples[0]?.value]).toEqual(["shard-0", 0]);
}

it.runIf(IS_LONG).each(Object.entries(COMMANDS))("%s is counted exactly", async (name, [file, ...args]) => {
  if (name !== "node" && !folders.some((folder) => existsSync(join(folder, file)))) {
    console.info(`${name} is not in the PATH: left out`);
    return;
  }
  const run = () =>
    promisify(execFile)(file, [...args, name, `${REQUESTS}`], { env: { ...process.env, ...env } });
  await Promise.all([run(), run()]);
  await expectCounted(name, 2 * REQUESTS);
});

it.runIf(IS_LONG && (await hasRuntimeClient()))(
  "a Lambda is counted exactly, over two of its environments",
  async () => {
    const file = join(import.meta.dirname, "../lambda/functions/aggregated.ts");
    const directory = await bundleLambda({ file });
    try {
      for (let environment = 0; environment < 2; environment++) {
        const lambda = new LocalLambda({ directory, env });
        for (let n = 0; n < REQUESTS; n++) await lambda.invoke(httpApi);
        await lambda.stop();
      }
      await expectCounted("lambda", 2 * REQUESTS);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);
