/** What a Worker that only sends to the aggregator has in its bundle. */
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { sizeOf } from "@pushmeter/testkit/bundle-size";
import { expect, it } from "vitest";

function bundled(from: string, name: string): Promise<string> {
  const code = `
    import { createPushmeter } from "@pushmeter/sdk";
    import { ${name} } from "${from}";
    export const pushmeter = createPushmeter({ push: (env) => ${name}(env.PUSHMETER) });`;
  return bundleWorker({ code, from: import.meta.dirname }, { minify: true });
}

const size = async (code: string) => (await sizeOf(Buffer.from(code))).gzip;

it.each(["@pushmeter/aggregator/client", "@pushmeter/aggregator"])(
  "aggregator() from %s adds at most 1 kB to what OTLP adds, and no Durable Object",
  async (from) => {
    const code = await bundled(from, "aggregator");
    expect(code).not.toContain("CREATE TABLE");
    const otlp = await bundled("@pushmeter/sdk/otlp", "otlp");
    expect(await size(code)).toBeLessThanOrEqual((await size(otlp)) + 1000);
  },
);
