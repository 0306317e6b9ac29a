/** docs/cli.md, dev: its commands run, its output is what they print, and its table has the options that there are. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { rows } from "@pushmeter/testkit/markdown";
import { until } from "@pushmeter/testkit/poll";
import { expect, it } from "vitest";
import { ROOT, read } from "./documents.ts";

const PAGE = read("docs/cli.md");
const COMMAND = join(ROOT, "packages/cli/bin/pushmeter.js");
const run = promisify(execFile);

/** `npx pushmeter …` as the command that npm links. */
const linked = (command: string) =>
  command.replace(/^npx pushmeter/, `exec "${process.execPath}" "${COMMAND}"`);

it("docs/cli.md: pushmeter dev has the options of the table, with these defaults", async () => {
  const { stdout } = await run(process.execPath, [COMMAND, "dev", "--help"]);
  const options = rows(PAGE, (header) => header === "`dev`").map(([option = "", , byDefault = ""]) => [
    /--\w+/.exec(option)?.[0],
    byDefault.replaceAll("`", ""),
  ]);
  expect(options.map(([name]) => name)).toEqual(
    Array.from(stdout.matchAll(/^ {2}(--\w+)/gm), ([, name]) => name),
  );
  for (const [, byDefault = ""] of options) if (/\d/.test(byDefault)) expect(stdout).toContain(byDefault);
});

it("docs/cli.md: pushmeter dev prints what the page shows, and answers the query", async () => {
  const shell = codeBlocks(PAGE, "sh").map((block) => block.trim());
  const [start = ""] = shell
    .flatMap((block) => block.split("\n"))
    .filter((line) => line === "npx pushmeter dev");
  const query = shell.find((block) => block.startsWith("curl")) ?? "";
  const child = spawn("sh", ["-c", `${linked(start)} --port 0`]);
  try {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
    await until(
      "it listens",
      () => output,
      (text) => text.includes("OTLP "),
    );
    const [, url = ""] = /^Live page +(\S+)$/m.exec(output) ?? [];
    const shown = codeBlocks(PAGE, "text").find((block) => block.startsWith("Live page"));
    expect(output).toBe(shown?.replaceAll("http://127.0.0.1:9095", url));

    const body = "http_server_request_duration_seconds_count 7\n";
    await fetch(`${url}/metrics/job/courses/instance/a`, { method: "PUT", body });
    await until(
      "a line comes for it",
      () => output,
      (text) => text.includes("counted 7"),
    );
    // The lines of the page have the same words, with other figures.
    const words = (text: string) => text.replace(/[\d.:]+|[0-9a-f]{8}| ms| %/g, "").replace(/–/g, "");
    const lines =
      codeBlocks(PAGE, "text")
        .find((block) => block.includes("born"))
        ?.trim()
        .split("\n") ?? [];
    expect(words(output.split("\n").find((line) => line.includes("counted")) ?? "")).toBe(
      words(lines[1] ?? ""),
    );

    const { stdout } = await run("sh", ["-c", query.replace("http://127.0.0.1:9095", url)]);
    expect(JSON.parse(stdout)).toMatchObject({ data: { result: [{ value: [expect.anything(), "7"] }] } });
  } finally {
    child.kill("SIGINT");
    await once(child, "close");
  }
  expect(child.exitCode).toBe(0);
});
