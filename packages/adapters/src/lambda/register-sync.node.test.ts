/** Registration while the thread waits: the Extensions API answers in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { registerSync } from "./register-sync.ts";

/** Grants one registration, after a while, refuses all others, and lets `event/next` wait. Prints its port and names. */
const API = `
const [delay] = process.argv.slice(1);
let registered = 0;
require("node:http").createServer((request, response) => {
  if (!request.url.endsWith("/register")) return;
  console.log("registered " + request.headers["lambda-extension-name"]);
  setTimeout(() => {
    if (registered++) response.writeHead(403);
    else response.setHeader("Lambda-Extension-Identifier", "an-id");
    response.end("{}");
  }, Number(delay));
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

describe("registering while the thread waits", () => {
  let api: ChildProcess | undefined;
  let output: () => string = () => "";
  afterEach(() => {
    api?.kill();
  });

  async function start(delay: number): Promise<string> {
    const child = spawn(process.execPath, ["-e", API, `${delay}`], { stdio: ["ignore", "pipe", "inherit"] });
    const { stdout } = child;
    api = child;
    let text = "";
    stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await once(stdout, "data");
    output = () => text;
    return `127.0.0.1:${text.trim()}`;
  }

  // Lambda waits for an extension that it has registered: a second attempt would leave the first one behind.
  it.each([
    ["bash", process.env.PATH, 0],
    ["bash, on a machine that is slow", process.env.PATH, 3_000],
    ["a worker, without bash", "", 0],
    ["a worker, on a machine that is slow", "", 3_000],
  ])("asks once, by %s", async (_, PATH, delay) => {
    const registration = registerSync({ AWS_LAMBDA_RUNTIME_API: await start(delay), PATH });
    expect(registration).toHaveProperty("extension");
    await expect.poll(output).toMatch(/registered/);
    expect(output().match(/registered pushmeter/g)).toHaveLength(1);
  });

  it("says why there is no extension", async () => {
    const env = { AWS_LAMBDA_RUNTIME_API: await start(0), PATH: process.env.PATH };
    registerSync(env);
    expect(registerSync(env)).toMatchObject({ refusal: expect.stringMatching(/refused.*403/) });
    expect(registerSync({ ...env, PUSHMETER_LAMBDA_EXTENSION: "false" })).toEqual({
      refusal: "PUSHMETER_LAMBDA_EXTENSION is false",
    });
    expect(registerSync({ PATH: process.env.PATH })).toEqual({ refusal: undefined });
    expect(registerSync({ ...env, AWS_LAMBDA_RUNTIME_API: "127.0.0.1:1" })).toMatchObject({
      refusal: expect.stringContaining("ECONNREFUSED"),
    });
  });
});
