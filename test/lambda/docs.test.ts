/** What docs/lambda.md shows and a machine can check. */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { codeBlocks } from "@pushmeter/testkit/code-blocks";
import { httpApi, schedule, sqs } from "@pushmeter/testkit/lambda/events";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { describe, expect, it } from "vitest";

const docs = readFileSync(join(import.meta.dirname, "../../docs/lambda.md"), "utf8");
const [handler = "", push = ""] = codeBlocks(docs, "ts");

/** The names in backticks, with their values left out. */
const names = (text: string) => Array.from(text.matchAll(/`(\w+)(?:="\w+")?`/g), ([, name]) => name);

describe.runIf(await hasRuntimeClient())("docs/lambda.md", () => {
  it("shows a handler whose metrics and labels are those of its table", async () => {
    const server = await ReceiverServer.start();
    const directory = await bundleLambda({ code: handler, from: import.meta.dirname });
    const lambda = new LocalLambda({ directory, env: { REMOTE_WRITE_URL: server.writeUrl } });
    try {
      expect((await lambda.invoke(httpApi)).payload).toEqual({ statusCode: 200, body: "hello" });
      for (const event of [sqs, schedule]) expect((await lambda.invoke(event)).outcome).toBe("response");
    } finally {
      await lambda.stop();
      await rm(directory, { recursive: true });
      server.stop();
    }
    const { receiver } = server;
    expect(receiver.total("http_server_request_duration_seconds_count")).toBe(1);
    expect(receiver.total("faas_invoke_duration_seconds_count")).toBe(2);
    expect(receiver.total("faas_records_total")).toBe(3);
    const listed = new Set(names(docs));
    for (const { name, labels } of receiver.series()) {
      if (name.startsWith("pushmeter_")) continue;
      expect(listed).toContain(name.replace(/_(bucket|sum|count)$/, ""));
      for (const label of Object.keys(labels)) {
        if (!/^(job|instance|le)$/.test(label)) expect(listed).toContain(label);
      }
    }
  });

  it("shows a destination that signs", async () => {
    const directory = await bundleLambda({ code: push, from: import.meta.dirname });
    const module = await import(join(directory, "index.mjs"));
    await rm(directory, { recursive: true });
    expect(module.push({ REMOTE_WRITE_URL: "https://aps.example/api/v1/remote_write" }).export).toBeTypeOf(
      "function",
    );
  });
});
