import { describe, expect, it } from "vitest";
import { createPushmeter } from "../index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { recorderOf } from "./index.ts";

const SECRET = "s3cr3t-token";
const pushmeter = createPushmeter({
  service: "courses",
  push: remoteWrite({ url: `http://user:${SECRET}@receiver/write?key=${SECRET}` }),
});

describe("a pushmeter", () => {
  it("shows its users only what they call", () => {
    const members = Object.getOwnPropertyNames(Object.getPrototypeOf(pushmeter));
    expect(members.sort()).toEqual(["constructor", "flush", "meter", "meterProvider", "scrape", "shutdown"]);
    expect(Object.keys(pushmeter)).toEqual([]);
  });

  it("can be turned into JSON and printed, without secrets", () => {
    expect(JSON.stringify({ pushmeter })).toBe('{"pushmeter":{}}');
    const lines: unknown[] = [];
    for (const key in pushmeter) lines.push(key);
    expect(`${lines} ${pushmeter}`).not.toContain(SECRET);
  });
});

describe("recorderOf", () => {
  it("finds the recorder, also that of another copy of the package", () => {
    expect(recorderOf(pushmeter)).toBe(recorderOf(pushmeter));
    const key = Symbol.for("@pushmeter/sdk recorder 1");
    const other = { [key]: { report: () => {} } };
    expect(recorderOf(other as never)).toBe(other[key]);
  });

  it.each([undefined, null, {}, () => {}, "pushmeter"])("refuses %s in one sentence", (value) => {
    expect(() => recorderOf(value as never)).toThrow(
      /^pushmeter: the first argument must be what createPushmeter returned, got /,
    );
  });
});

describe("invocations that run at the same time", () => {
  it("are each found by their request and their context until they end, however many there are", () => {
    const recorder = recorderOf(createPushmeter({ service: "courses", onError: () => {} }));
    const platform = () => ({ waitUntil: () => {}, adapterFlushes: true });
    const all = Array.from({ length: 30 }, () => {
      const [request, context] = [new Request("http://x/"), {}];
      return { request, context, invocation: recorder.begin("http", platform, request, context) };
    });
    // In an order that is neither theirs nor its reverse.
    const order = all.map((_, i) => (i * 7) % 30);
    for (const [ended, i] of order.entries()) {
      for (const [later, j] of order.entries()) {
        const { request, context, invocation } = all[j] as (typeof all)[0];
        const expected = later < ended ? undefined : invocation;
        expect([recorder.current(request), recorder.current(context)]).toEqual([expected, expected]);
      }
      const { invocation, request } = all[i] as (typeof all)[0];
      if (!invocation) throw new Error("metrics are switched off");
      recorder.endHttp(invocation, request, { status: 200 }, platform);
    }
  });
});
