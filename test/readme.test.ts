/** Everything that the README says and a machine can check: its code runs, its tables are what arrives. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { instrumentWorker } from "@pushmeter/adapters/workers";
import { createPushmeter, type PushFailure } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { workerSize } from "@pushmeter/testkit/bundle-size";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { until } from "@pushmeter/testkit/poll";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** The fenced blocks of a language; a first line that names a file is the block's name. */
function blocks(language: string): { name: string; text: string }[] {
  return codeBlocks(readme, language).map((text) => ({
    name: /^\/\/ (\S+?\.ts)/.exec(text)?.[1] ?? "",
    text,
  }));
}

/** What the README's later blocks take for granted, because its earlier ones show it. */
const GIVEN = `
import { createPushmeter } from "@pushmeter/sdk";
import { Hono } from "hono";
const pushmeter = createPushmeter({ service: "courses" });
const app = new Hono();
const fetch = () => new Response("hello");
const scheduled = async () => {};
const queue = async () => {};
const [token, username, password] = ["token", "user", "pass"];
`;

/** Of `npm pack --json`. */
interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["http", "url", "node:*"],
  });
  return outputFiles[0]?.text ?? "";
}

/** What a text has in backticks. */
function codes(text: string): string[] {
  return Array.from(text.matchAll(/`(\w+)`/g), ([, code = ""]) => code);
}

function block(name: string): string {
  return blocks("ts").find((candidate) => candidate.name === name)?.text ?? "";
}

describe("the README", () => {
  const workers: Miniflare[] = [];
  afterAll(() => Promise.all(workers.map((worker) => worker.dispose())));

  it("shows six lines that count ten requests as it says", async () => {
    const receiver = new Receiver();
    const worker = new Miniflare(
      convertV4MiniflareOptions({
        modules: true,
        script: await bundle(block("src/index.ts")),
        compatibilityDate: "2026-10-01",
        bindings: { REMOTE_WRITE_URL: "http://receiver/api/v1/write", REMOTE_WRITE_TOKEN: "token" },
        outboundService: async (request: Request) => {
          const { url, method, headers } = request;
          const body = await request.arrayBuffer();
          return receiver.fetch(new Request(url, { method, headers: [...headers], body })) as never;
        },
        cf: false,
      } as never),
    );
    workers.push(worker);
    const url = await worker.ready;
    for (let i = 0; i < 10; i++) expect(await (await fetch(url)).text()).toBe("hello");
    const counted = () => receiver.total("http_server_request_duration_seconds_count");
    await until("ten requests", counted, (count) => count === 10);

    const shown = blocks("text")[0]?.text.trim().split("\n") ?? [];
    const received = shown.map((line) => {
      const name = line.slice(0, line.indexOf("{"));
      const [series] = receiver.series(name);
      const labels = Object.entries({ ...series?.labels, instance: "…" })
        .map(([label, value]) => `${label}="${value}"`)
        .sort();
      return `${name}{${labels.join(",")}} ${series?.samples.at(-1)?.value}`;
    });
    expect(received).toEqual(shown);
  });

  it.each(
    blocks("ts")
      .slice(1)
      .map(({ name, text }) => [name, text]),
  )("runs %s", async (_, text) => {
    const isWhole = text.includes("createPushmeter(");
    const code = await bundle(isWhole ? text : GIVEN + text);
    const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    for (const exported of Object.values(module)) expect(exported).toBeTruthy();
  });

  it("lists the metrics that are emitted, each with its labels", async () => {
    const receiver = new Receiver();
    let refuse = false;
    const fetch = async (request: Request) =>
      refuse ? new Response("", { status: 403 }) : receiver.fetch(request);
    const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch });
    const service = { name: "courses", version: "1.2.3" };
    const pushmeter = createPushmeter({ service, push, onError: () => {} });
    pushmeter.meter.createGauge("same.total").record(1);
    pushmeter.meter.createHistogram("same.total").record(1);
    const worker = instrumentWorker(
      pushmeter,
      {
        fetch: async () => Promise.reject(new TypeError("x")),
        scheduled: async () => Promise.reject(new TypeError("x")),
        queue: async () => {},
      },
      { route: () => "/courses/:id" },
    ) as Record<"fetch" | "scheduled" | "queue", (...args: unknown[]) => Promise<unknown>>;
    const ctx = { waitUntil: () => {} };
    await worker.fetch(new Request("http://x/"), {}, ctx).catch(() => {});
    await worker.scheduled({ cron: "* * * * *" }, {}, ctx).catch(() => {});
    await worker.queue({ queue: "enrolments" }, {}, ctx);
    refuse = true;
    await pushmeter.flush();
    refuse = false;
    await pushmeter.flush();
    await pushmeter.flush();

    const emitted = new Map<string, Set<string>>();
    for (const { name, labels } of receiver.series()) {
      const metric = name.replace(/_(bucket|sum|count)$/, "");
      if (metric.startsWith("same")) continue;
      const known = emitted.get(metric) ?? new Set();
      for (const label of Object.keys(labels)) if (!/^(job|instance|le)$/.test(label)) known.add(label);
      emitted.set(metric, known);
    }
    const rows = readme.matchAll(/^\| `(\w+)` +\| (?:histogram|counter|gauge)[^|]*\| (.*) \|$/gm);
    const listed = Array.from(
      rows,
      ([, metric = "", labels = ""]) => [metric, new Set(codes(labels))] as const,
    );
    expect(new Map(listed)).toEqual(emitted);
  });

  it("lists the results that a push can have", () => {
    const [line = ""] = /^- `result` is .*$/m.exec(readme) ?? [];
    const failures: Record<PushFailure, true> = {
      refused: true,
      unavailable: true,
      unreachable: true,
      timeout: true,
    };
    expect(new Set(codes(line))).toEqual(new Set(["result", "success", "error", ...Object.keys(failures)]));
  });

  it("names commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const named = [...readme.matchAll(/npm (?:run )?(\w[\w:]*)/g)].map(([, name = ""]) => name);
    expect(named).toContain("demo");
    for (const name of named) expect([...Object.keys(scripts), "pack", "install"]).toContain(name);
  });

  it("packs what it says, with everything that the packages export", async () => {
    const [, workspaces = ""] = /^npm pack (.*?) +#/m.exec(readme) ?? [];
    const folder = await mkdtemp(join(tmpdir(), "pushmeter-packed-"));
    try {
      const pack = ["pack", "--json", "--pack-destination", folder, ...workspaces.split(" ")];
      const { stdout } = await promisify(execFile)("npm", pack, { cwd: root });
      const packed = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
      for (const { name, files } of Object.values(packed)) {
        const paths = files.map(({ path }) => path);
        const manifest = join(root, "packages", name.replace("@pushmeter/", ""), "package.json");
        const { exports, imports } = JSON.parse(readFileSync(manifest, "utf8"));
        const named = JSON.stringify([exports, imports]).match(/\.\/dist[^"]*/g) ?? [];
        expect(named.length).toBeGreaterThan(0);
        for (const path of named) expect(paths).toContain(path.slice(2));
        expect(paths.filter((path) => /\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("states the size that a Worker pays, which is at most 26 KiB as wrangler counts them", async () => {
    const { gzip } = await workerSize({
      code: block("src/index.ts").replace(": Env", ": Record<string, string>"),
      from: import.meta.dirname,
    });
    const [, stated] = /the Worker above, everything included *\| ([\d.]+) kB/.exec(readme) ?? [];
    expect((gzip / 1000).toFixed(1)).toBe(stated);
    expect(gzip).toBeLessThanOrEqual(26 * 1024);
  });
});
