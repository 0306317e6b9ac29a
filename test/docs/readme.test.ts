/** A newcomer's way through the README: its files under the real wrangler, its Prometheus, its packages. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Receiver } from "@pushmeter/sdk/testing";
import { until } from "@pushmeter/testkit/poll";
import { serve } from "@pushmeter/testkit/serve";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { Process } from "@pushmeter/testkit/servers/process";
import { querying } from "@pushmeter/testkit/servers/prometheus";
import { afterEach, describe, expect, it, vi } from "vitest";
import { unstable_startWorker as startWorker } from "wrangler";
import { blocks, ROOT, read, writeBlocks } from "./documents.ts";

const README = read("README.md");

/** The commands of all shell blocks, a line each. */
const COMMANDS = blocks("README.md", "sh").flatMap(({ text }) => text.trim().split("\n"));

function command(start: string): string {
  const found = COMMANDS.find((line) => line.startsWith(start));
  if (!found) throw new Error(`The README has no command ${start}`);
  return found;
}

/** The README's Worker as `npx wrangler dev` runs it, with another Prometheus than the one at port 9090. */
async function startReadme(writeUrl: string, prepare?: (folder: string) => Promise<unknown>) {
  const folder = await writeBlocks("README.md");
  const config = join(folder, "wrangler.jsonc");
  const text = await readFile(config, "utf8");
  expect(text).toContain("http://127.0.0.1:9090/api/v1/write");
  await writeFile(config, text.replace("http://127.0.0.1:9090/api/v1/write", writeUrl));
  await prepare?.(folder);
  const worker = await startWorker({
    config,
    dev: { server: { port: 0 }, inspector: false, persist: false, logLevel: "none" },
  });
  await worker.ready;
  const stop = async () => {
    await worker.dispose();
    await rm(folder, { recursive: true, force: true });
  };
  return { worker, stop };
}

describe("the README's Worker", () => {
  const stops: (() => Promise<void> | void)[] = [];
  vi.stubEnv("CLOUDFLARE_CF_FETCH_ENABLED", "false");
  vi.stubEnv("WRANGLER_SEND_METRICS", "false");
  vi.stubEnv("WRANGLER_SEND_ERROR_REPORTS", "false");
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it("sends the token that .dev.vars has after the README's command", async () => {
    const receiver = new Receiver();
    const tokens = new Set<string | null>();
    const server = await serve((request) => {
      tokens.add(request.headers.get("authorization"));
      return receiver.fetch(request);
    });
    stops.push(server.close);
    const echo = command("echo ");
    const { worker, stop } = await startReadme(`${server.url}/api/v1/write`, (folder) =>
      promisify(execFile)("sh", ["-c", echo], { cwd: folder }),
    );
    stops.push(stop);
    expect(await (await worker.fetch("http://localhost/")).text()).toBe("hello");
    await until("a push", () => receiver.accepted, Boolean);
    const [, token] = /=(.*)'/.exec(echo) ?? [];
    expect([...tokens]).toEqual([`Bearer ${token}`]);
  });

  describeWithServers("with a Prometheus started as it says", (servers) => {
    it("counts ten requests as it shows them", async () => {
      const [, ...flags] = command("prometheus ").split(" ");
      const prometheus = await Process.start({
        file: servers.prometheus,
        args: async ([port], folder) => {
          await appendFile(join(folder, "prometheus.yml"), "");
          const own = flags.map((flag) => flag.replace("prometheus.yml", join(folder, "prometheus.yml")));
          return [
            ...own,
            `--web.listen-address=127.0.0.1:${port}`,
            `--storage.tsdb.path=${join(folder, "data")}`,
          ];
        },
      });
      stops.push(() => prometheus.stop());
      const { query, writeUrl } = querying(prometheus.url);
      const { worker, stop } = await startReadme(writeUrl);
      stops.push(stop);
      for (let n = 0; n < 10; n++) await (await worker.fetch("http://localhost/")).text();

      const shown = blocks("README.md", "text")[0]?.text.trim().split("\n") ?? [];
      expect(shown.length).toBeGreaterThan(0);
      const stored = async () =>
        (await query('{job="courses"}')).map(({ labels: { __name__: name, ...labels }, value }) => {
          const all = Object.entries({ ...labels, instance: "…" }).map(([key, label]) => `${key}="${label}"`);
          return `${name}{${all.sort().join(",")}} ${value}`;
        });
      await until("the README's series", stored, (series) => shown.every((line) => series.includes(line)));
    });
  });
});

/** Of `npm pack --json`. */
interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}

it("the README's packages hold everything that they export", async () => {
  const workspaces = command("npm pack ").split(" --pack-destination")[0]?.split(" ").slice(2) ?? [];
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-packed-"));
  try {
    const pack = ["pack", "--json", "--pack-destination", folder, ...workspaces];
    const { stdout } = await promisify(execFile)("npm", pack, { cwd: ROOT });
    const packed = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
    expect(Object.values(packed)).toHaveLength(2);
    for (const { name, files } of Object.values(packed)) {
      const paths = files.map(({ path }) => path);
      const manifest = join(ROOT, "packages", name.replace("@pushmeter/", ""), "package.json");
      const { exports, imports } = JSON.parse(readFileSync(manifest, "utf8"));
      const named = JSON.stringify([exports, imports]).match(/\.\/dist[^"]*/g) ?? [];
      expect(named.length).toBeGreaterThan(0);
      for (const path of named) expect(paths).toContain(path.slice(2));
      expect(paths.filter((path) => /\.test\./.test(path))).toEqual([]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("the README has at most 150 lines", () => {
  expect(README.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});
