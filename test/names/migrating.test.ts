/** The diffs of docs/migrating.md: what they end with answers a scrape as what they begin with. */
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { createAdaptorServer } from "@hono/node-server";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { HttpClient } from "@pushmeter/testkit/http-client";
import type { Hono } from "hono";
import { register } from "prom-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectSame } from "./compare.ts";

const PAGE = join(import.meta.dirname, "../../docs/migrating.md");
const diffs = codeBlocks(await readFile(PAGE, "utf8"), "diff");
let folder: string;

beforeAll(async () => {
  const cache = join(import.meta.dirname, "../.cache");
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "migrating-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The file before (`-`) or after (`+`) the change. */
function side(diff: string, sign: "-" | "+"): string {
  const lines = diff.split("\n").filter((line) => line.startsWith(" ") || line.startsWith(sign) || !line);
  return lines.map((line) => line.slice(1)).join("\n");
}

/** What the app answers to a scrape after three requests. */
async function scraped(file: string, code: string): Promise<string> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
  const { default: app }: { default: RequestListener | Hono } = await import(path);
  const server =
    typeof app === "function"
      ? createServer(app)
      : createAdaptorServer({ fetch: (request) => app.fetch(request) });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const id of [1, 2, 3]) expect((await client.send(`/courses/${id}`)).body).toBe(`{"id":${id}}`);
  const { body } = await client.send("/metrics");
  client.close();
  server.close();
  return body;
}

it("has a diff for each library for JavaScript", () => {
  expect(diffs).toHaveLength(3);
});

it.each(diffs.map((diff) => [/^ \/\/ (\S+)$/m.exec(diff)?.[1] ?? "", diff] as const))(
  "%s",
  async (path, diff) => {
    register.clear();
    const before = await scraped(`before/${path}`, side(diff, "-"));
    const after = await scraped(`after/${path}`, side(diff, "+"));
    expectSame(after, before, "up");
  },
);
