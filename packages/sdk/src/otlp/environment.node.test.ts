import { describe, expect, it, vi } from "vitest";
import { createPushmeter } from "../index.ts";
import { systemRuntime } from "../runtime.ts";

/** What one push sends where the environment alone says where to. */
async function pushed(env: Record<string, string>) {
  const requests: Request[] = [];
  const errors: string[] = [];
  const fetch = async (request: Request) => {
    requests.push(request);
    return new Response();
  };
  const runtime = { ...systemRuntime, fetch };
  const pushmeter = createPushmeter(
    { service: "courses", onError: (error) => errors.push(`${error}`) },
    runtime,
  );
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    pushmeter.meter.createCounter("logins").add(1);
    const isStored = await pushmeter.flush();
    return { isStored, errors, requests, request: requests[0] as Request };
  } finally {
    vi.unstubAllEnvs();
  }
}

describe("PUSHMETER_OTLP_URL", () => {
  it("pushes totals there, with the token", async () => {
    const url = "http://receiver/v1/metrics";
    const { isStored, request } = await pushed({ PUSHMETER_OTLP_URL: url, PUSHMETER_OTLP_TOKEN: "s3cr3t" });
    expect(isStored).toBe(true);
    expect(request.url).toBe(url);
    expect(request.headers.get("authorization")).toBe("Bearer s3cr3t");
    expect(request.headers.get("content-type")).toBe("application/x-protobuf");
    expect(request.headers.get("idempotency-key")).toBeNull();
  });
});

describe("PUSHMETER_<DESTINATION>_…", () => {
  it.each(["REMOTE_WRITE", "PUSHGATEWAY", "OTLP"])("%s: user name, password and headers", async (name) => {
    const { request } = await pushed({
      [`PUSHMETER_${name}_URL`]: "http://receiver/",
      [`PUSHMETER_${name}_USERNAME`]: "us€r",
      [`PUSHMETER_${name}_PASSWORD`]: "p:w",
      [`PUSHMETER_${name}_HEADERS`]: "X-Scope-OrgID=team%20a,x-other=1",
    });
    expect(request.headers.get("authorization")).toBe("Basic dXPigqxyOnA6dw==");
    expect(request.headers.get("x-scope-orgid")).toBe("team a");
    expect(request.headers.get("x-other")).toBe("1");
  });
});

describe("OTEL_EXPORTER_OTLP_…", () => {
  it("ENDPOINT is the base, METRICS_ENDPOINT the whole", async () => {
    const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318/otlp/" };
    expect((await pushed(base)).request.url).toBe("http://collector:4318/otlp/v1/metrics");
    const whole = { ...base, OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://other/in" };
    expect((await pushed(whole)).request.url).toBe("http://other/in");
  });

  it("HEADERS, PROTOCOL, COMPRESSION and TEMPORALITY_PREFERENCE say how", async () => {
    const { request } = await pushed({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20YTpi,x-a=1",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "x-a=2",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_COMPRESSION: "none",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "Delta",
    });
    expect(request.headers.get("authorization")).toBe("Basic YTpi");
    expect(request.headers.get("x-a")).toBe("2");
    expect(request.headers.get("content-encoding")).toBeNull();
    expect(request.headers.get("idempotency-key")).toMatch(/\/1"$/);
    const [{ scopeMetrics }] = JSON.parse(await request.text()).resourceMetrics;
    expect(scopeMetrics[0].metrics[0].sum.aggregationTemporality).toBe(1);
  });

  it.each([
    [{ PROTOCOL: "grpc" }, "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf or http/json"],
    [{ METRICS_PROTOCOL: "grpc" }, "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL must be http/protobuf or http/json"],
    [{ CERTIFICATE: "/a.pem" }, "OTEL_EXPORTER_OTLP_CERTIFICATE is not supported"],
    [{ METRICS_CLIENT_KEY: "/a.pem" }, "OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY is not supported"],
    [{ TIMEOUT: "soon" }, "OTEL_EXPORTER_OTLP_TIMEOUT must be a number of milliseconds"],
  ])("%j is refused by name", async (variables, message) => {
    const env = Object.entries({ ENDPOINT: "http://collector:4318", ...variables }).map(
      ([name, value]) => [`OTEL_EXPORTER_OTLP_${name}`, value] as const,
    );
    const { isStored, errors, requests } = await pushed(Object.fromEntries(env));
    expect([isStored, requests.length, errors.length]).toEqual([false, 0, 1]);
    expect(errors[0]).toContain(message);
  });
});
