/** Serves the pages, what they load, and Grafana's icons. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Assets } from "./html.ts";

const ICONS = join(
  dirname(createRequire(import.meta.url).resolve("@grafana/ui/package.json")),
  "dist/public",
);
const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  css: "text/css",
  svg: "image/svg+xml",
};

export interface PageServer {
  /** Without a slash at the end. */
  readonly url: string;
  stop(): void;
}

/** @param pages - names to HTML. */
export async function servePages(pages: ReadonlyMap<string, string>, assets: Assets): Promise<PageServer> {
  const index = [...pages.keys()].map((name) => `<p><a href="/${name}">${name}</a></p>`).join("");
  const contentOf = async (path: string): Promise<string | Buffer> => {
    // Where `@grafana/ui` looks for them.
    const [, icon] = /^\/public\/build\/(img\/icons\/[\w/-]+\.svg)$/.exec(path) ?? [];
    if (icon) return readFile(join(ICONS, icon));
    return assets.get(path) ?? pages.get(path.slice(1)) ?? index;
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const type = TYPES[path.split(".").at(-1) ?? ""] ?? "text/html";
    const content = await contentOf(path).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200, { "content-type": `${type}; charset=utf-8` });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}
