/** docs/cli.md: its output is what the commands print, and its tables list what there is. */
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { rows } from "@pushmeter/testkit/markdown";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { describe, expect, it } from "vitest";
import { runCommand, writeProject } from "../command/run.ts";
import { HEALTHY_PROJECTS } from "../doctor/projects.ts";
import { FRESH } from "../init/projects.ts";
import { ROOT, read } from "./documents.ts";

const PAGE = read("docs/cli.md");

/** Without what differs from machine to machine. */
function general(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:9090")
    .replace(/Prometheus 3\.\S+/, "Prometheus 3")
    .replace(/\d+\.\d kB/, "n kB");
}

describeWithServers("docs/cli.md, doctor", ({ prometheus }) => {
  it("shows what is printed", async () => {
    const server = await startPrometheus(prometheus);
    const vars = { PUSHMETER_REMOTE_WRITE_URL: server.writeUrl };
    const config = { name: "courses", main: "src/index.ts", compatibility_date: "2026-10-01", vars };
    const files = { ...HEALTHY_PROJECTS["README.md"]?.files, "wrangler.jsonc": JSON.stringify(config) };
    const cwd = await writeProject({ ...files, "package.json": "{}" });
    try {
      for (const shown of codeBlocks(PAGE, "console")) {
        const [command = "", ...output] = shown.split("\n");
        const [, args = ""] = /^\$ npx pushmeter (.*)$/.exec(command) ?? [];
        const own = args.replace("http://127.0.0.1:9090", server.url).split(" ");
        const printed = await runCommand(own, { cwd });
        expect(general(printed.output).trim()).toBe(general(output.join("\n")).trim());
      }
    } finally {
      await server.stop();
      await rm(cwd, { recursive: true, force: true });
    }
  });
});

describe("docs/cli.md, init", () => {
  it("shows the diff", async () => {
    const [fresh] = FRESH;
    const cwd = await writeProject(fresh?.files ?? {});
    try {
      const { output } = await runCommand(["init"], { cwd });
      for (const shown of codeBlocks(PAGE, "diff")) expect(output).toContain(shown.trim());
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  });
});

describe("docs/cli.md", () => {
  it.each(["doctor", "init"])("lists the options of %s", async (name) => {
    const { output } = await runCommand([name, "--help"], { cwd: ROOT });
    const accepted = Array.from(output.matchAll(/^ {2}(--[\w-]+)/gm), ([, option = ""]) => option);
    const listed = rows(PAGE, (header) => header === `\`${name}\``).flatMap(
      ([cell = ""]) => cell.match(/--[\w-]+/g) ?? [],
    );
    expect(listed.sort()).toEqual(accepted.filter((option) => option !== "--help").sort());
  });

  it("lists every finding", () => {
    const folder = join(ROOT, "packages/cli/src/doctor");
    const code = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => readFileSync(join(folder, file), "utf8"))
      .join("\n");
    const made = Array.from(
      code.matchAll(/\bfinding\(\s*(?:fate === "refused" \? )?"([\w-]+)"(?: : "([\w-]+)")?/g),
      ([, ...codes]) => codes,
    );
    const listed = rows(PAGE, (header) => header === "finding").flatMap(
      ([cell = ""]) => cell.match(/[\w-]+/g) ?? [],
    );
    expect(listed.sort()).toEqual([...new Set(made.flat().filter((one) => one !== undefined))].sort());
  });
});
