/** prometheus/compliance, remotewrite/sender: retry, backoff, fallback, responses, errors. */

import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { describe, expect, it } from "vitest";
import { Sender, stored, version, written } from "./sender.ts";

const after = async (...statuses: number[]) => {
  const sender = new Sender({ protocol: "2.0" }).counter().answers(...statuses);
  return { sender, result: await sender.push(), requests: sender.requests };
};

describe("TestRetryBehavior", () => {
  it.each([400, 401, 404, 413])("no_retry_on_%i", async (status) => {
    const { requests, result } = await after(status);
    expect([requests.length, result.code]).toEqual([1, 1]);
  });
  it.each([500, 502, 503, 504])("retry_on_%i", async (status) => {
    const sender = new Sender({ protocol: "2.0" }).gauge(1).answers(status, status);
    const { code } = await sender.push();
    expect([sender.requests.length, code]).toEqual([3, 0]);
    // The same bytes: what was stored already changes nothing.
    expect(new Set(sender.requests.map(({ body }) => body.join())).size).toBe(1);
  });
  it("may_retry_on_429", async () => {
    const sender = new Sender().counter();
    const headers = { "retry-after": "3" };
    sender.answer = (request, n) => (n === 1 ? new Response("", { status: 429, headers }) : stored(request));
    expect(await sender.push()).toMatchObject({ code: 0 });
    const [first = 0, second = 0] = sender.requests.map(({ time }) => time);
    expect(second - first).toBeGreaterThanOrEqual(3000);
  });
});

describe("TestBackoffBehavior", () => {
  const intervals = async (random: number) => {
    const sender = new Sender({ timeout: 120_000 }).counter().answers(...Array<number>(12).fill(503));
    sender.runtime.randomValue = random;
    await sender.push();
    const times = sender.requests.map(({ time }) => time);
    return times.slice(1).map((time, i) => time - (times[i] as number));
  };
  it("exponential_backoff_on_retries", async () => {
    const [first = 0, second, third] = await intervals(0.5);
    expect([second, third]).toEqual([first * 2, first * 4]);
  });
  it("backoff_required", async () => {
    for (const interval of await intervals(0)) expect(interval).toBeGreaterThan(0);
  });
  it("backoff_max_delay", async () => {
    for (const interval of await intervals(0.999)) expect(interval).toBeLessThanOrEqual(60_000);
  });
  it("backoff_with_jitter", async () => {
    expect(await intervals(0.1)).not.toEqual(await intervals(0.9));
  });
});

describe("TestFallbackBehavior", () => {
  const fallen = async () => {
    const sender = new Sender({ protocol: "auto" }).gauge(1);
    sender.answer = (request) =>
      version(request) === "2.0.0"
        ? new Response("no", { status: 415 })
        : new Response(null, { status: 204 });
    const results = [await sender.push(), await sender.gauge(2).push(), await sender.gauge(3).push()];
    return { results, requests: sender.requests };
  };
  it("fallback_on_415_unsupported_media_type", async () => {
    expect((await fallen()).requests.slice(0, 2).map(version)).toEqual(["2.0.0", "0.1.0"]);
  });
  it("retry_with_different_version", async () => {
    const [first, second] = (await fallen()).requests;
    expect(second?.timeseries[0]?.samples.at(-1)?.value).toBe(first?.timeseries[0]?.samples.at(-1)?.value);
  });
  it("fallback_header_changes", async () => {
    const types = (await fallen()).requests.map(({ headers }) => headers.get("content-type"));
    expect(types[1]).toBe("application/x-protobuf");
  });
  it("accept_success_after_fallback", async () => {
    expect((await fallen()).results.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
  it("persistent_fallback_choice", async () => {
    expect((await fallen()).requests.map(version)).toEqual(["2.0.0", "0.1.0", "0.1.0", "0.1.0"]);
  });
});

it("TestNoFallbackOn2xx", async () => {
  const sender = new Sender({ protocol: "auto" }).counter();
  for (let i = 0; i < 3; i++) await sender.push();
  expect(sender.requests.map(version)).toEqual(["2.0.0", "2.0.0", "2.0.0"]);
});

describe("TestResponseProcessing", () => {
  const answered = async (answer: Sender["answer"], series = 1) => {
    const sender = new Sender();
    for (let i = 0; i < series; i++) sender.gauge(1, `test.gauge${i}`);
    sender.answer = answer;
    return { result: await sender.push(), requests: sender.requests };
  };
  it("ignore_response_body_on_success", async () => {
    const { result } = await answered((request) => stored(request, 200, "error: not really"));
    expect(result).toMatchObject({ code: 0 });
  });
  it("process_written_count_headers", async () => {
    const { result } = await answered(() => new Response(null, { status: 204, headers: written(2) }), 3);
    expect(result.error?.message).toContain("1 of 3 series");
  });
  it("handle_partial_write_response", async () => {
    const answer = () => new Response("Rejected 1 sample", { status: 400, headers: written(2) });
    const { result, requests } = await answered(answer, 3);
    expect(result.error?.message).toMatch(/1 of 3 series with 400: Rejected 1 sample$/);
    expect(requests).toHaveLength(1);
  });
  it("handle_missing_written_headers", async () => {
    const sender = new Sender({ protocol: "2.0" }).counter();
    sender.answers(400);
    expect(await sender.push()).toMatchObject({ code: 1, error: { status: 400 } });
  });
  it("log_error_messages_verbatim", async () => {
    const words = "Error: Invalid label name '__invalid__'";
    const { result } = await answered(() => new Response(words, { status: 400, headers: written(0) }));
    expect(result.error?.message).toContain(words);
  });
  it("handle_large_error_body", async () => {
    const { result } = await answered(() => new Response("x".repeat(30_000), { status: 400 }));
    expect(result.error?.message.match(/x{10,}/)?.[0]).toHaveLength(1024);
  });
  it.each([
    ["handle_204_no_content", 204],
    ["handle_200_ok", 200],
  ])("%s", async (_, status) => {
    const { result, requests } = await answered((request) => stored(request, status));
    expect([result.code, requests.length]).toEqual([0, 1]);
  });
});

it("TestContentTypeNegotiation", async () => {
  const types = new Set<string | null>();
  for (const protocol of ["1.0", "2.0"] as const) {
    types.add((await new Sender({ protocol }).counter().request()).headers.get("content-type"));
  }
  expect(types.size).toBe(2);
});

describe("TestErrorHandling", () => {
  const failing = async (answer: Sender["answer"]) => {
    const sender = new Sender({ timeout: 2000 }).counter();
    sender.answer = answer;
    const result = await sender.push();
    return { sender, result: result.error as { result?: string; message: string } | undefined };
  };
  it("handle_partial_write", async () => {
    const { result } = await failing(() => new Response("", { status: 400, headers: written(0) }));
    expect(result).toMatchObject({ result: "refused" });
  });
  it("handle_malformed_response", async () => {
    const headers = { "x-prometheus-remote-write-samples-written": "many" };
    expect((await failing(() => new Response("{<", { status: 200, headers }))).result).toMatchObject({
      result: "refused",
    });
  });
  it("sender_continues_after_errors", async () => {
    const { sender } = await failing(() => new Response("", { status: 500 }));
    sender.counter(4).answer = (request) => stored(request);
    expect(await sender.value("test_counter_total")).toBe(5);
  });
  it("handle_large_error_response", async () => {
    const { result } = await failing(() => new Response("y".repeat(1e6), { status: 500 }));
    expect(result?.message.length).toBeLessThan(1300);
  });
});

describe("TestNetworkErrors", () => {
  it("invalid_url_scheme", () => {
    expect(() => remoteWrite({ url: "ftp://receiver.example/write" })).toThrow(/http or https/);
  });
});
