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
