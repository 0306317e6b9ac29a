/** `pushmeter init` in fresh projects. `npm run init:fresh` builds and runs them as well. */
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "jsonc-parser";
import { afterEach, describe, expect, it } from "vitest";
import { writeProject } from "../command/run.ts";
import { runDoctorIn } from "../doctor/run.ts";
import { FRESH } from "./projects.ts";
import { initIn } from "./run.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function project(name: string, more: Readonly<Record<string, string>> = {}) {
  const files = { ...FRESH.find((fresh) => fresh.name === name)?.files, ...more };
  const folder = await writeProject(files);
  folders.push(folder);
  const read = (path: string) => readFile(join(folder, path), "utf8");
  return { folder, files, read };
}

describe.each(FRESH.map(({ name }) => name))("pushmeter init in a fresh project of %s", (name) => {
  it("writes nothing without a yes, and ends with 1", async () => {
    const { folder, files, read } = await project(name);
    const { status, output } = await initIn(folder, []);
    expect(status).toBe(1);
    expect(output).toContain("+import { pushmeter } from");
    for (const [path, text] of Object.entries(files)) expect(await read(path)).toBe(text);
  });

  it("wraps the entry, keeps every other line, and changes nothing the second time", async () => {
    const { folder, files, read } = await project(name);
    const { status, written } = await initIn(folder, ["--yes"]);
    expect(status).toBe(0);
    expect(written.some((path) => /metrics(?:_|\.)(?:test|spec)\.ts$/.test(path))).toBe(true);
    for (const path of written) {
      const after = new Set((await read(path)).split("\n").map((line) => line.replace(/,$/, "")));
      const gone = (files[path] ?? "")
        .split("\n")
        .filter((line) => line && !after.has(line.replace(/,$/, "")));
      // What is wrapped, and in deno.json the other Hono and the permission.
      expect(gone.length, `${path}: ${gone.join("\n")}`).toBeLessThanOrEqual(2);
    }
    const again = await initIn(folder, ["--yes"]);
    expect([again.status, again.written]).toEqual([0, []]);
    expect(again.output).toContain("nothing to change");
  });
});

describe("pushmeter init --aggregator", () => {
  it("adds object, binding and migration beside the user's, and the doctor finds nothing wrong", async () => {
    const { folder, read } = await project("create-cloudflare", {
      "wrangler.jsonc": `{
	"name": "hello",
	"main": "src/index.ts",
	"compatibility_date": "2026-10-01",
	"durable_objects": {
		"bindings": [{ "name": "ROOM", "class_name": "Room" }] // chat
	},
	"migrations": [{ "tag": "v1", "new_sqlite_classes": ["Room"] }]
}
`,
    });
    await initIn(folder, ["--yes", "--aggregator"]);
    const text = await read("wrangler.jsonc");
    expect(text).toContain("// chat");
    expect(parse(text)).toMatchObject({
      durable_objects: {
        bindings: [
          { name: "ROOM", class_name: "Room" },
          { name: "PUSHMETER", class_name: "Aggregator" },
        ],
      },
      migrations: [
        { tag: "v1", new_sqlite_classes: ["Room"] },
        { tag: "v2", new_sqlite_classes: ["Aggregator"] },
      ],
    });
    expect(await read("src/index.ts")).toContain('export { Aggregator } from "@pushmeter/aggregator";');
    const { findings } = await runDoctorIn(folder);
    // No Prometheus runs at the usual port.
    expect(findings.map(({ code }) => code).filter((code) => code !== "not-listening")).toEqual([]);
    expect((await initIn(folder, ["--yes", "--aggregator"])).written).toEqual([]);
  });

  it("makes a pushmeter that pushed directly push through the aggregator", async () => {
    const { folder, read } = await project("create-cloudflare");
    await initIn(folder, ["--yes"]);
    await initIn(folder, ["--yes", "--aggregator"]);
    expect(await read("src/metrics.ts")).toContain(
      '{ service: "hello", push: (env: { PUSHMETER: Parameters<typeof aggregator>[0] }) => aggregator(env.PUSHMETER) }',
    );
    expect((await initIn(folder, ["--yes", "--aggregator"])).written).toEqual([]);
  });

  it("replaces no push of the user's own", async () => {
    const { folder } = await project("create-cloudflare", {
      "src/metrics.ts":
        'import { createPushmeter } from "@pushmeter/sdk";\nexport const pushmeter = createPushmeter({ push: own });\n',
    });
    const { status, errors } = await initIn(folder, ["--yes", "--aggregator"]);
    expect([status, errors]).toEqual([
      1,
      expect.stringMatching(/^createPushmeter in src\/metrics\.ts has another push/),
    ]);
  });

  it("is refused where there are no Durable Objects", async () => {
    const { folder } = await project("create-hono, Node");
    const { status, errors } = await initIn(folder, ["--yes", "--aggregator"]);
    expect([status, errors]).toEqual([
      1,
      "--aggregator needs a Worker: Durable Objects run on Cloudflare only\n",
    ]);
  });
});

describe("pushmeter init", () => {
  const index = (text: string) => project("create-cloudflare", { "src/index.ts": text });

  it.each([
    [
      "a class with a name",
      'import { WorkerEntrypoint } from "cloudflare:workers";\nexport default class Api extends WorkerEntrypoint {}\n',
      "class Api extends WorkerEntrypoint {}\n\nexport default instrumentEntrypoint(pushmeter, Api);",
    ],
    [
      "an app that is made in a chain",
      'import { Hono } from "hono";\nconst app = new Hono().get("/", (c) => c.text("hello"));\nexport default app;\n',
      'new Hono().use(pushmeterMiddleware(pushmeter)).get("/"',
    ],
    [
      "another wrapper",
      'import { withSentry } from "sentry";\nexport default withSentry(() => ({}), { fetch: () => new Response() });\n',
      "export default instrumentWorker(pushmeter, withSentry(() => ({}), { fetch: () => new Response() }));",
    ],
  ])("wraps %s", async (_, before, after) => {
    const { folder, read } = await index(before);
    expect((await initIn(folder, ["--yes"])).status).toBe(0);
    expect(await read("src/index.ts")).toContain(after);
  });

  it("gives the middleware to a Hono app of another module", async () => {
    const { folder, read } = await project("create-cloudflare", {
      "src/index.ts": 'import { app } from "./app";\n\nexport default app;\n',
      "src/app.ts":
        'import { Hono } from "hono";\n\nexport const app = new Hono();\n\napp.get("/", (c) => c.text("hello"));\n',
    });
    await initIn(folder, ["--yes"]);
    expect(await read("src/index.ts")).toContain("export default instrumentWorker(pushmeter, app);");
    expect(await read("src/app.ts")).toContain("new Hono();\n\napp.use(pushmeterMiddleware(pushmeter));\n");
    expect((await initIn(folder, ["--yes"])).written).toEqual([]);
  });

  it("leaves a src/metrics.ts of the user's own alone", async () => {
    const own = "export const metrics = 1;\n";
    const { folder, read } = await project("create-cloudflare", { "src/metrics.ts": own });
    await initIn(folder, ["--yes"]);
    expect(await read("src/metrics.ts")).toBe(own);
    expect(await read("src/pushmeter.ts")).toContain("createPushmeter");
  });

  it("adds to wrangler.toml", async () => {
    const { files } = await project("create-cloudflare");
    const { "wrangler.jsonc": _, ...others } = files;
    const toml =
      'name = "hello"\nmain = "src/index.ts"\ncompatibility_date = "2026-10-01"\n\n[vars]\nMODE = "dev"\n';
    const folder = await writeProject({ ...others, "wrangler.toml": toml });
    folders.push(folder);
    await initIn(folder, ["--yes"]);
    expect(await readFile(join(folder, "wrangler.toml"), "utf8")).toContain(
      '[vars]\nPUSHMETER_REMOTE_WRITE_URL = "http://127.0.0.1:9090/api/v1/write"\nMODE = "dev"\n',
    );
  });

  it.each([
    ["an empty folder", {}, /^There is nothing to measure: .*\n$/],
    [
      "a Worker without a default export",
      {
        "wrangler.jsonc": '{ "main": "index.ts" }',
        "index.ts": "export const a = 1;\n",
        "package.json": "{}",
      },
      /^index\.ts has no default export/,
    ],
    ["a broken configuration", { "wrangler.jsonc": '{ "main": \n' }, /^wrangler\.jsonc:\d is no JSON/],
  ])("says in one sentence that it cannot help in %s", async (_, files, sentence) => {
    const folder = await writeProject(files);
    folders.push(folder);
    const { status, errors, output } = await initIn(folder, ["--yes"]);
    expect([status, output]).toEqual([1, ""]);
    expect(errors).toMatch(sentence);
  });
});
