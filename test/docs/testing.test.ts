/** The tests of docs/testing.md, each in its own runner. A receiver that all of them are configured to push to sees nothing. */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Listening, Receiver } from "@pushmeter/sdk/testing";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocks, ROOT, writeBlocks } from "./documents.ts";

const PAGE = "docs/testing.md";
const IN_WORKERD = ["worker", "unchanged"].map((name) => `test/${name}.test.ts`);
const IN_NODE = ["login", "app", "handler", "push"].map((name) => `test/${name}.test.ts`);
const WITH_NODE = ["login", "outside", "miniflare"].map((name) => `test/${name}.node.ts`);

/** A test that is made wrong, to see its message. */
const FAILS = "fails";

/** The page's configuration for workerd, and none for Node, in one process. */
const BOTH = {
  test: {
    projects: [
      { extends: "./vitest.config.ts", test: { name: "workerd", include: IN_WORKERD } },
      { test: { name: "node", include: [...IN_NODE, "test/wrong.test.ts"], isolate: false } },
    ],
  },
};

/** What `wrangler types` would write. */
const ENV = `declare namespace Cloudflare {
  interface Env { PUSHMETER_REMOTE_WRITE_URL: string }
  interface GlobalProps { mainModule: typeof import("./src/index.ts") }
}`;

/** What a program came to. */
interface Ran {
  readonly code: number;
  readonly output: string;
}

let folder = "";
/** Where every test of the page would push. */
const witness = new Receiver();
let listening: Listening | undefined;
let url = "";

beforeAll(async () => {
  listening = await witness.listen();
  url = `${listening.url}/api/v1/write`;
  folder = await writeBlocks(PAGE);
  const vars = { PUSHMETER_REMOTE_WRITE_URL: url };
  const wrangler = { name: "courses", main: "src/index.ts", compatibility_date: "2026-10-01", vars };
  await writeFile(join(folder, "wrangler.jsonc"), JSON.stringify(wrangler));
  await writeFile(join(folder, "env.d.ts"), ENV);
  await writeFile(join(folder, "both.config.ts"), `export default ${JSON.stringify(BOTH)};`);
  const login = await readFile(join(folder, "test/login.test.ts"), "utf8");
  const wrong = login.replace("correct horse", "wrong").replace("counts a login", FAILS);
  await writeFile(join(folder, "test/wrong.test.ts"), wrong);
  await mkdir(join(folder, "dist"));
  await writeFile(
    join(folder, "dist/outside.js"),
    await bundleWorker({ file: join(folder, "src/outside.ts") }),
  );
});
afterAll(async () => {
  await listening?.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(file: string, ...args: string[]): Promise<Ran> {
  const env = {
    ...process.env,
    PUSHMETER_REMOTE_WRITE_URL: url,
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    NODE_TEST_CONTEXT: undefined,
  };
  return promisify(execFile)(file, args, { cwd: folder, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: stdout + stderr }),
  );
}

interface Tested {
  readonly title: string;
  readonly failureMessages: readonly string[];
}

/** The result of each test that vitest has run, in the order of their titles. */
async function vitest(...args: string[]): Promise<Tested[]> {
  const program = join(ROOT, "node_modules/.bin/vitest");
  const { output } = await run(program, "run", "--reporter=json", "--outputFile=results.json", ...args);
  const text = await readFile(join(folder, "results.json"), "utf8").catch(() => output);
  const { testResults } = JSON.parse(text) as { testResults: { assertionResults: Tested[] }[] };
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .sort((a, b) => (a.title < b.title ? -1 : 1));
}

describe(PAGE, () => {
  it("shows tests whose types are right", async () => {
    const config = (types: string[], include: string[]) => ({
      extends: join(ROOT, "tsconfig.base.json"),
      compilerOptions: { noEmit: true, rootDir: folder, lib: ["es2024"], types },
      include,
    });
    const workers = config(
      ["@cloudflare/workers-types", "@cloudflare/vitest-plugin/types"],
      ["env.d.ts", "src/outside.ts", ...IN_WORKERD],
    );
    const node = config(["node"], ["vitest.config.ts", ...IN_NODE, ...WITH_NODE]);
    for (const [name, text] of Object.entries({ workers, node })) {
      await writeFile(join(folder, `tsconfig.${name}.json`), JSON.stringify(text));
      const { output } = await run(join(ROOT, "node_modules/.bin/tsc"), "-p", `tsconfig.${name}.json`);
      expect(output).toBe("");
    }
  });

  it("shows tests that pass in workerd and in Node, and the message of one that fails", async () => {
    const results = await vitest("--config=both.config.ts");
    const messages = ({ title, failureMessages }: Tested) => [title, ...failureMessages];
    expect(results.filter(({ title }) => title !== FAILS).map(messages)).toEqual([
      ["counts a login"],
      ["counts a login that fails"],
      ["counts requests by status"],
      ["measures the gateway's route"],
      ["measures the route"],
      ["pushes the total"],
      ["welcomes those whom it knows"],
    ]);
    const [message = ""] = blocks(PAGE, "text").map(({ text }) => text.trim());
    expect(message).not.toBe("");
    expect(results.find(({ title }) => title === FAILS)?.failureMessages.join()).toContain(message);
  });

  it("shows tests that pass with node:test", async () => {
    const { code, output } = await run(process.execPath, "--test", "--test-isolation=none", ...WITH_NODE);
    expect(code, output).toBe(0);
    for (const title of ["counts logins by result", "pushes what it counted"])
      expect(output).toContain(title);
  });

  it("shows tests that push nothing", () => {
    expect([witness.accepted, witness.refused]).toEqual([0, 0]);
  });
});
