/** What a Worker that only sends to the aggregator has in its bundle. */
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";

async function bundled(from: string, name: string): Promise<string> {
  const contents = `
    import { createPushmeter } from "@pushmeter/sdk";
    import { ${name} } from "${from}";
    export const pushmeter = createPushmeter({ push: (env) => ${name}(env.PUSHMETER) });`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    external: ["cloudflare:*"],
  });
  return outputFiles[0]?.text ?? "";
}

const size = (code: string) => gzipSync(code, { level: 9 }).length;

it.each(["@pushmeter/aggregator/client", "@pushmeter/aggregator"])(
  "aggregator() from %s adds at most 1 kB to what OTLP adds, and no Durable Object",
  async (from) => {
    const code = await bundled(from, "aggregator");
    expect(code).not.toContain("CREATE TABLE");
    expect(size(code)).toBeLessThanOrEqual(size(await bundled("@pushmeter/sdk/otlp", "otlp")) + 1000);
  },
);
