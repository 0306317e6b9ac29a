/** docs/aggregator-server.md: its commands start a server, and Prometheus takes its configuration. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { Process } from "@pushmeter/testkit/servers/process";
import { expect, it } from "vitest";
import { COMMAND } from "../server/server.ts";
import { blocks } from "./documents.ts";

const run = promisify(execFile);
const PAGE = "docs/aggregator-server.md";

/** Variables and options of the page's commands. */
const commands = blocks(PAGE, "sh").map(({ text }) => {
  const words = text.replaceAll("\\\n", " ").trim().split(/\s+/);
  const at = words.indexOf("npx");
  const env = Object.fromEntries(words.slice(0, at).map((word) => word.split(/=(.*)/s).slice(0, 2)));
  expect(words[at + 1]).toBe("@pushmeter/aggregator");
  return { env, args: words.slice(at + 2) };
});

it("the first command starts a server that asks for the token", async () => {
  const [first] = commands;
  const server = await Process.start({
    file: process.execPath,
    env: first?.env ?? {},
    ready: ([port]) => `http://127.0.0.1:${port}/readyz`,
    args: ([port], folder) => [
      ...[COMMAND, ...(first?.args ?? [])],
      ...["--host", "127.0.0.1", "--port", `${port}`, "--store", join(folder, "totals.db")],
    ],
  });
  try {
    const status = async (token: string) =>
      (await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect([await status("another"), await status("choose-one")]).toEqual([401, 200]);
  } finally {
    await server.stop();
  }
});

it("all commands have options that exist", async () => {
  expect(commands.length).toBeGreaterThan(1);
  for (const { env, args } of commands) {
    const all = { env: { ...process.env, ...env } };
    const { stdout } = await run(process.execPath, [COMMAND, ...args, "--help"], all);
    for (const variable of Object.keys(env)) expect(stdout).toContain(variable);
  }
});

describeWithServers("its scrape configuration", ({ promtool }) => {
  const configurations = blocks(PAGE, "yaml");

  it.each([0, 1])("is one that Prometheus takes (%i)", async (i) => {
    const yaml = configurations[i];
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-scrape-"));
    try {
      const token = join(folder, "token");
      await writeFile(token, "reads");
      const [, path = ""] = /credentials_file: ([^\s}]+)/.exec(yaml?.text ?? "") ?? [];
      await writeFile(join(folder, "prometheus.yml"), yaml?.text.replace(path, token) ?? "");
      const { stdout } = await run(promtool, ["check", "config", join(folder, "prometheus.yml")]);
      expect(stdout).toContain("SUCCESS");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
