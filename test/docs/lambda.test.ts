/** docs/lambda.md: its handler counts what the table lists, under AWS's runtime client. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { bundleLambda } from "@pushmeter/testkit/bundle";
import { httpApi, schedule, sqs } from "@pushmeter/testkit/lambda/events";
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { LocalLambda } from "@pushmeter/testkit/lambda/local-lambda";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { describe, expect, it } from "vitest";
import { block, codes, read } from "./documents.ts";

const PAGE = "docs/lambda.md";

describe.runIf(await hasRuntimeClient())(PAGE, () => {
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
