import { afterEach, describe, expect, it, vi } from "vitest";
import { ingest } from "./ingest.ts";
import { Objects } from "./testing/objects.ts";
import { body, sum } from "./testing/otlp.ts";

const OPTIONS = { token: "writes", adminToken: "reads" };

const ask = (path: string, token: string, init: RequestInit = {}) =>
  ingest(
    new Request(`http://aggregator${path}`, { headers: { authorization: `Bearer ${token}` }, ...init }),
    new Objects(),
    OPTIONS,
  );

describe("ingest with an adminToken", () => {
  it("lets senders write, and neither read the status nor reset", async () => {
    const headers = (token: string) => ({
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
    });
    const write = (token: string) =>
      ask("/v1/metrics", token, {
        method: "POST",
        headers: headers(token),
        body: body({ metrics: [sum(1, 1)] }) as Uint8Array<ArrayBuffer>,
      });
    const status = (token: string) => ask("/status?service=courses", token);
    const reset = (token: string) =>
      ask("/reset?service=courses", token, { method: "POST", headers: headers(token) });
    const statuses = async (token: string) =>
      (await Promise.all([write(token), status(token), reset(token)])).map(({ status }) => status);
    expect(await statuses("writes")).toEqual([200, 401, 401]);
    expect(await statuses("reads")).toEqual([401, 200, 200]);
    for (const token of ["", "write", "writess", "writeswrites", "x"])
      expect(await statuses(token), token).toEqual([401, 401, 401]);
  });

  it("needs it not to be empty", async () => {
    const empty = ingest(new Request("http://aggregator/"), new Objects(), { token: "t", adminToken: "" });
    await expect(empty).rejects.toThrow("ingest adminToken must be a string that is not empty");
  });
});

describe("ingest on a platform without zlib", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("takes gzip all the same, and refuses zstd with what it can read", async () => {
    vi.stubGlobal("process", undefined);
    const sent = new Blob([body({ metrics: [sum(1, 1)] }) as Uint8Array<ArrayBuffer>]).stream();
    const gzip = await new Response(sent.pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
    const write = (encoding: string) =>
      ask("/v1/metrics", "writes", {
        method: "POST",
        headers: {
          authorization: "Bearer writes",
          "content-type": "application/json",
          "content-encoding": encoding,
        },
        body: gzip,
      });
    expect((await write("gzip")).status).toBe(200);
    expect((await write("deflate")).status).toBe(400);
    const refused = await write("zstd");
    expect([refused.status, await refused.text()]).toEqual([
      415,
      expect.stringContaining("use gzip, deflate or none"),
    ]);
  });
});
