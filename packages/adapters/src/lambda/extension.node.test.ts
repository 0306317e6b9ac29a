import { describe, expect, it } from "vitest";
import { Extension } from "./extension.ts";
import { ExtensionsApi } from "./extensions-api.ts";

/** The Extensions API, whose events come when the test sends them. */
class FakeApi extends ExtensionsApi {
  calls = 0;
  #event = Promise.withResolvers<string>();

  constructor() {
    super("127.0.0.1:1");
  }

  override next(): Promise<string> {
    this.calls++;
    this.#event = Promise.withResolvers();
    return this.#event.promise;
  }

  invoke(requestId: string): void {
    this.#event.resolve(requestId);
  }

  fail(): void {
    this.#event.reject(new Error("connection reset"));
  }
}

describe("Extension", () => {
  it("does its task after the response, and asks for the next event only then", async () => {
    for (const order of ["extension first", "handler first"]) {
      const api = new FakeApi();
      const extension = new Extension(api, "id");
      if (order === "extension first") api.invoke("1");
      const afterResponse = extension.begin("1");
      if (order === "handler first") api.invoke("1");
      const task = Promise.withResolvers<void>();
      let started = false;
      afterResponse?.(() => {
        started = true;
        return task.promise;
      });
      await Promise.resolve();
      expect(started).toBe(false);
      await expect.poll(() => started).toBe(true);
      expect(api.calls).toBe(1);
      task.resolve();
      await expect.poll(() => api.calls).toBe(2);
    }
  });

  it("goes on without a handler that does not begin, and cannot be had by it later", async () => {
    const api = new FakeApi();
    const extension = new Extension(api, "id");
    api.invoke("1");
    await expect.poll(() => api.calls, { timeout: 5_000 }).toBe(2);
    expect(extension.begin("1")).toBeUndefined();
    expect(extension.begin("2")).toBeTypeOf("function");
  });

  it("cannot be had once the API is lost: handlers then wait for their pushes", async () => {
    const api = new FakeApi();
    const extension = new Extension(api, "id");
    api.fail();
    await expect.poll(() => extension.begin("1")).toBeUndefined();
  });
});
