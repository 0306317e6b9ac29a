/** docs/lambda.md: its handler counts what the table lists, under AWS's runtime client. */

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { httpApi, schedule, sqs } from "@pushmeter/testkit/lambda/events";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { rows } from "@pushmeter/testkit/markdown";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { type BuildOptions, build, transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { block, codes, read, writeBlocks } from "./documents.ts";
import { LAMBDA_PAGE, snippet } from "./snippets.ts";

const PAGE = LAMBDA_PAGE;

/** What each tool passes to esbuild by itself. Terraform's snippet says it. */
const TOOLS: Readonly<Record<string, BuildOptions>> = {
  "template.yaml": { format: "cjs", target: "es2020", minify: true },
  "lib/courses.ts": { format: "cjs", target: "node24" },
  "sst.config.ts": { format: "esm", target: "esnext", outExtension: { ".js": ".mjs" } },
  "serverless.yml": { format: "cjs", target: "node24" },
  "main.tf": { format: "cjs" },
};

describe.runIf(await hasRuntimeClient())(PAGE, () => {
  it.each(Object.entries(TOOLS))(
    "deploys by %s what is built, runs and is counted",
    async (path, options) => {
      const text = snippet(path);
      expect(text).toContain("REMOTE_WRITE_URL");
      expect(text).toContain("src/index");
      // Nothing in it differs from what is built here.
      expect(text).not.toMatch(/format:|Format:|--format|minify|Minify|banner/);
      if (!/yaml|yml|tf/.test(path)) await transform(text, { loader: "js" });
      const page = await writeBlocks(PAGE);
      const server = await ReceiverServer.start();
      const directory = join(page, "dist");
      await build({
        entryPoints: [join(page, "src/index.ts")],
        outdir: directory,
        bundle: true,
        platform: "node",
        logLevel: "silent",
        ...options,
      });
      // Outside of this repository's ES modules, as in a function's folder.
      await writeFile(join(directory, "package.json"), "{}");
      const lambda = new LocalLambda({ directory, env: { REMOTE_WRITE_URL: server.writeUrl } });
      try {
        expect((await lambda.invoke(httpApi)).payload).toEqual({ statusCode: 200, body: "hello" });
        expect((await lambda.environment()).extensions.size).toBe(1);
      } finally {
        await lambda.stop();
        await rm(page, { recursive: true });
        server.stop();
      }
      expect(server.counted("http_server_request_duration_seconds_count")).toBe(1);
    },
  );

  it("shows YAML that says which code is built, for which runtime, and where it pushes to", () => {
    const { Courses } = parse(snippet("template.yaml"));
    expect(Courses.Type).toBe("AWS::Serverless::Function");
    expect(Courses.Properties).toMatchObject({
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      CodeUri: ".",
    });
    expect(Courses.Metadata).toEqual({
      BuildMethod: "esbuild",
      BuildProperties: { EntryPoints: ["src/index.ts"] },
    });
    const { courses } = parse(snippet("serverless.yml")).functions;
    expect(courses).toMatchObject({ runtime: "nodejs24.x", handler: "src/index.handler" });
    for (const environment of [Courses.Properties.Environment.Variables, courses.environment]) {
      expect(Object.keys(environment)).toEqual(["REMOTE_WRITE_URL"]);
    }
  });

  it("states what pushes cost in a month, and how many environments are busy", () => {
    const numbers = (row: readonly string[]) => row.map((cell) => Number(cell.replaceAll(",", "")));
    const months = rows(read(PAGE), (header) => header === "invocations a month").map(numbers);
    const [, samples = ""] = /with (\d+) samples a push/.exec(read(PAGE)) ?? [];
    const [, second = ""] = /at \$([\d.]+) per\s+GB-second/.exec(read(PAGE)) ?? [];
    const [, million = ""] = /at \$([\d.]+) per ten million samples/.exec(read(PAGE)) ?? [];
    expect(months).toHaveLength(4);
    for (const [invocations, pushes = 0, ms = 0, memory = 0, ...stated] of months) {
      expect(pushes).toBeLessThanOrEqual(invocations ?? 0);
      const seconds = (pushes * ms * memory) / 1000 / 1024;
      const millions = (pushes * Number(samples)) / 1e6;
      const computed = [seconds, seconds * Number(second), millions, (millions / 10) * Number(million)];
      for (const [i, value] of computed.entries()) expect(stated[i]).toBeCloseTo(value, i === 2 ? 1 : 2);
    }
    const busy = rows(read(PAGE), (header) => header === "invocations per second").map(numbers);
    expect(busy).toHaveLength(3);
    for (const [rate = 0, handler = 0, push = 0, ...stated] of busy) {
      expect(stated).toEqual([(rate * handler) / 1000, (rate * (handler + push)) / 1000]);
    }
  });

  it("shows a handler whose metrics and labels are those of its table", async () => {
    const server = await ReceiverServer.start();
    const directory = await bundleLambda({ code: block(PAGE, "src/index.ts"), from: import.meta.dirname });
    const lambda = new LocalLambda({ directory, env: { REMOTE_WRITE_URL: server.writeUrl } });
    try {
      expect((await lambda.invoke(httpApi)).payload).toEqual({ statusCode: 200, body: "hello" });
      for (const event of [sqs, schedule]) expect((await lambda.invoke(event)).outcome).toBe("response");
    } finally {
      await lambda.stop();
      await rm(directory, { recursive: true });
      server.stop();
    }
    expect(server.counted("http_server_request_duration_seconds_count")).toBe(1);
    expect(server.counted("faas_invoke_duration_seconds_count")).toBe(2);
    expect(server.counted("faas_records_total")).toBe(3);
    const listed = new Set(codes(read(PAGE)));
    for (const { name, labels } of server.receiver.series()) {
      if (name.startsWith("pushmeter_")) continue;
      expect(listed).toContain(name.replace(/_(bucket|sum|count)$/, ""));
      for (const label of Object.keys(labels)) {
        if (!/^(job|instance|le)$/.test(label)) expect(listed).toContain(label);
      }
    }
  });

  it("shows a destination that signs", async () => {
    const directory = await bundleLambda({ code: block(PAGE, "src/push.ts"), from: import.meta.dirname });
    const module = await import(join(directory, "index.mjs"));
    await rm(directory, { recursive: true });
    expect(module.push({ REMOTE_WRITE_URL: "https://aps.example/api/v1/remote_write" }).export).toBeTypeOf(
      "function",
    );
  });
});
