import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { uncompress } from "snappyjs";
import { afterEach, describe, expect, it } from "vitest";
import { recorderOf } from "../adapter/index.ts";
import { createPushmeter, type PushmeterOptions } from "../index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";
import { exemplars } from "./index.ts";

const id = (digit: string) => digit.repeat(32);
const header = (digit: string, flags = "01") => `00-${id(digit)}-${"b".repeat(16)}-${flags}`;

/** A context with an active span, as a tracing SDK has. */
class Active implements ContextManager {
  readonly #context: Context;

  constructor(traceId: string, traceFlags: number) {
    this.#context = trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: "c".repeat(16), traceFlags });
  }

  active = () => this.#context;
  with: ContextManager["with"] = (_, fn, that, ...args) => fn.call(that as never, ...args);
  bind: ContextManager["bind"] = (_, target) => target;
  enable = () => this;
  disable = () => this;
}

class Instance {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly errors: unknown[] = [];
  /** The last request's body. */
  sent = new Uint8Array();
  readonly #pushmeter;

  constructor(options: PushmeterOptions = { exemplars }, protocol: "auto" | "1.0" = "auto") {
    const fetch = async (request: Request) => {
      this.sent = new Uint8Array(await request.clone().arrayBuffer());
      return this.receiver.fetch(request);
    };
    const push = remoteWrite({ url: "http://receiver/api/v1/write", fetch, protocol }, this.runtime);
    const onError = (error: unknown) => this.errors.push(error);
    this.#pushmeter = createPushmeter({ push, onError, ...options }, this.runtime);
  }

  async request(traceparent?: string, ms = 0): Promise<void> {
    const platform = () => ({ waitUntil: () => {}, adapterFlushes: true });
    const recorder = recorderOf(this.#pushmeter);
    const request = new Request("http://x/", { headers: traceparent ? { traceparent } : {} });
    const invocation = recorder.begin("http", platform, request);
    await this.runtime.advance(ms);
    if (invocation) recorder.endHttp(invocation, request, { status: 200 }, platform);
  }

  /** Which of the traces with ids of one digit are in the next push. */
  async pushed(): Promise<string> {
    await this.runtime.advance(1000);
    expect(await this.runtime.until(this.#pushmeter.flush())).toBe(true);
    expect(this.errors).toEqual([]);
    const message = new TextDecoder("latin1").decode(uncompress(this.sent));
    return [..."0123456789"].filter((digit) => message.includes(id(digit))).join("");
  }

  get requests(): number {
    return this.receiver.total("http_server_request_duration_seconds_count");
  }
}

describe("exemplars", () => {
  afterEach(() => {
    context.disable();
  });

  it("are the last trace of each bucket, sent once", async () => {
    const instance = new Instance();
    await instance.request(header("1"));
    await instance.request(header("2"));
    await instance.request(header("3"), 300);
    expect(await instance.pushed()).toBe("23");
    expect(await instance.pushed()).toBe("");
    await instance.request(header("4"), 300);
    expect(await instance.pushed()).toBe("4");
    expect(instance.requests).toBe(4);
  });

  it("may be one trace in several buckets: each symbol stands once, which the receiver checks", async () => {
    const instance = new Instance();
    await instance.request(header("1"));
    await instance.request(header("1"), 300);
    expect(await instance.pushed()).toBe("1");
  });

  it("are of sampled traces only, and not of headers that are no traceparent", async () => {
    const instance = new Instance();
    for (const traceparent of [header("1", "00"), header("0"), `00-${id("2")}-x-01`, id("3"), undefined]) {
      await instance.request(traceparent);
    }
    expect(await instance.pushed()).toBe("");
    expect(instance.requests).toBe(5);
  });

  it("are of the active span where there is one, whatever the header says", async () => {
    const instance = new Instance();
    context.setGlobalContextManager(new Active(id("5"), 1));
    await instance.request(header("1"));
    expect(await instance.pushed()).toBe("5");
    context.disable();
    context.setGlobalContextManager(new Active(id("6"), 0));
    await instance.request(header("1"));
    expect(await instance.pushed()).toBe("");
  });

  it("are at most 100 in a request", async () => {
    const buckets = Array.from({ length: 200 }, (_, i) => (i + 1) / 100);
    const instance = new Instance({ exemplars, buckets });
    for (let i = 0; i < 200; i++) {
      await instance.request(`00-${"f".repeat(29)}${100 + i}-${"b".repeat(16)}-01`, i * 10);
    }
    await instance.pushed();
    const message = new TextDecoder("latin1").decode(uncompress(instance.sent));
    expect(message.match(/f{29}\d{3}/g)).toHaveLength(100);
    expect(instance.requests).toBe(200);
  });

  it.each([
    ["off unless asked for", undefined, "auto", ""],
    ["sent over remote write 1.0 too", exemplars, "1.0", "1"],
  ] as const)("are %s", async (_, option, protocol, pushed) => {
    const instance = new Instance({ exemplars: option }, protocol);
    await instance.request(header("1"));
    expect(await instance.pushed()).toBe(pushed);
    expect(instance.requests).toBe(1);
  });

  it("have to be a function", () => {
    expect(() => createPushmeter({ exemplars: true as never })).toThrow(
      "pushmeter: exemplars must be a function, got true",
    );
  });
});
