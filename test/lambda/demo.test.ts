/** `npm run demo:lambda -- --check`, as users run it. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const DEMO = join(import.meta.dirname, "../../examples/lambda/demo/main.ts");

describe.runIf(await hasRuntimeClient())("npm run demo:lambda", () => {
  it("counts with --check exactly what it has sent, and says so in its last line", async () => {
    const { stdout } = await run(process.execPath, [DEMO, "--check", "--seconds", "2"]);
    const last = stdout.trimEnd().split("\n").at(-1);
    expect(last).toMatch(/^([1-9]\d*) events sent, \1 counted$/);
    expect(stdout).toMatch(/queue enrolments +\d+/);
    expect(stdout).toMatch(/schedule nightly +\d+/);
  });

  it("refuses unknown arguments with one sentence", async () => {
    const failure = run(process.execPath, [DEMO, "--chekc"]);
    await expect(failure).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("--chekc") });
  });
});
