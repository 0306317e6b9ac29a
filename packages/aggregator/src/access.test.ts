import { describe, expect, it } from "vitest";
import { type IngestOptions, ingest } from "./ingest.ts";
import { Objects } from "./testing/objects.ts";
import { body, sum } from "./testing/otlp.ts";

/** Statuses of a send for `courses`, a send for `shop`, `/status`, `/metrics` and `/reset`. */
async function statuses(options: IngestOptions, token: string): Promise<number[]> {
  const objects = new Objects();
  const ask = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    return (await ingest(new Request(`http://aggregator${path}`, { ...init, headers }), objects, options))
      .status;
  };
  const send = (service: string) =>
    ask("/v1/metrics", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: body({ resource: { "service.name": service }, metrics: [sum(1, 1)] }) as Uint8Array<ArrayBuffer>,
    });
  return [
    await send("courses"),
    await send("shop"),
    await ask("/status?service=courses"),
    await ask("/metrics?service=courses"),
    await ask("/reset?service=courses", { method: "POST" }),
  ];
}

describe("tokens", () => {
  it("may be two while one takes the other's place", async () => {
    const options = { token: ["new", "old"] };
    for (const token of options.token)
      expect(await statuses(options, token)).toEqual([200, 200, 200, 200, 200]);
    for (const token of ["", "ne", "neww", "newnew", "new,old"]) {
      expect(await statuses(options, token), token).toEqual([401, 401, 401, 401, 401]);
    }
  });

  it("of a service send for it and for no other, and read nothing", async () => {
    const options = { token: "all", serviceTokens: { courses: ["new", "old"], shop: "s" } };
    for (const token of ["new", "old"]) {
      expect(await statuses(options, token)).toEqual([200, 403, 401, 401, 401]);
    }
    expect(await statuses(options, "s")).toEqual([403, 200, 401, 401, 401]);
    expect(await statuses(options, "all")).toEqual([200, 200, 200, 200, 200]);
  });

  it("of one value may be for several services", async () => {
    const options = { token: undefined, serviceTokens: { courses: "same", shop: "same" } };
    expect((await statuses(options, "same")).slice(0, 2)).toEqual([200, 200]);
  });

  it("that read cannot send or reset, and those that reset can read", async () => {
    const options = { token: "sends", readToken: "reads", adminToken: "resets" };
    expect(await statuses(options, "sends")).toEqual([200, 200, 401, 401, 401]);
    expect(await statuses(options, "reads")).toEqual([401, 401, 200, 200, 401]);
    expect(await statuses(options, "resets")).toEqual([401, 401, 200, 200, 200]);
  });

  it.each([
    [{ token: undefined }, "ingest needs a token"],
    [{ token: "" }, "ingest token must be a string that is not empty"],
    [{ token: ["a", "b", "c"] }, "ingest token must be a string that is not empty, or an array of two"],
    [{ token: "t", serviceTokens: { courses: "" } }, "ingest serviceTokens.courses must be a string"],
    [{ token: "t", readToken: [] }, "ingest readToken must be a string"],
    [{ token: undefined, readToken: "r" }, "ingest needs a token"],
  ])("%o are refused", async (options, message) => {
    const asked = ingest(new Request("http://aggregator/"), new Objects(), options as IngestOptions);
    await expect(asked).rejects.toThrow(message);
  });
});
