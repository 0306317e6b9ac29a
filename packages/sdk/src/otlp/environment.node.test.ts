import { describe, expect, it } from "vitest";
import { recorderOf } from "../adapter/index.ts";
import { createPushmeter } from "../index.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";

describe("PUSHMETER_OTLP_URL", () => {
  it("pushes deltas there, with the token", async () => {
    const requests: Request[] = [];
    const fetch = async (request: Request) => {
      requests.push(request);
      return new Response();
    };
    const env = {
      PUSHMETER_OTLP_URL: "http://receiver/v1/metrics",
      PUSHMETER_OTLP_TOKEN: "s3cr3t",
      OTEL_SERVICE_NAME: "courses",
    };
    const runtime = new FakeRuntime({ fetch });
    const pushmeter = createPushmeter({}, runtime);
    const platform = { env, waitUntil: () => {} };
    recorderOf(pushmeter).begin("http", () => platform, {});
    // Time stands still while a thread compresses.
    expect(await pushmeter.flush()).toBe(true);
    const [{ url, headers }] = requests as [Request];
    expect(url).toBe(env.PUSHMETER_OTLP_URL);
    expect(headers.get("authorization")).toBe("Bearer s3cr3t");
    expect(headers.get("content-type")).toBe("application/x-protobuf");
    expect(headers.get("idempotency-key")).toBe('"instance-2/1"');
  });
});
