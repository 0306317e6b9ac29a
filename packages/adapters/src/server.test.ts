import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { FakeRuntime, Receiver } from "@pushmeter/sdk/testing";
import { expect, it } from "vitest";
import { instrumentServer, type ServerOptions, wholeBody } from "./server.ts";

class Service {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly pushmeter = createPushmeter(
    {
      service: "courses",
      push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: this.receiver.fetch }, this.runtime),
    },
    this.runtime,
  );
  readonly response = new Response("hello");
  readonly fetch;

  constructor(options: ServerOptions) {
    this.fetch = instrumentServer(this.pushmeter, () => this.response, options);
  }

  async total(name: string): Promise<number> {
    await this.runtime.until(this.pushmeter.flush());
    return this.receiver.total(name);
  }
}

it("returns the handler's own response, so that it is sent as without the wrapper", async () => {
  const service = new Service({});
  expect(await service.fetch(new Request("http://x/"))).toBe(service.response);
  expect(await service.total("http_server_request_duration_seconds_count")).toBe(1);
  // Only a header or its end would tell how long it is.
  expect(await service.total("http_server_response_body_size_bytes_count")).toBe(0);
});

it("counts the bytes of a body that is passed through", async () => {
  const service = new Service({ body: wholeBody });
  const response = await service.fetch(new Request("http://x/"));
  expect(await response.text()).toBe("hello");
  expect(await service.total("http_server_response_body_size_bytes_sum")).toBe(5);
});

it("records nothing of requests that are ignored", async () => {
  const service = new Service({ body: wholeBody, ignore: ({ url }) => url.endsWith("/health") });
  await (await service.fetch(new Request("http://x/health"))).text();
  expect(await service.total("http_server_request_duration_seconds_count")).toBe(0);
  expect(await service.total("http_server_request_body_size_bytes_count")).toBe(0);
  expect(await service.total("http_server_active_requests")).toBe(0);
});

it("refuses a path that cannot be one, in one sentence", () => {
  for (const metrics of ["metrics", "/metrics?x", " "]) {
    expect(() => new Service({ metrics })).toThrow(/^pushmeter: instrumentServer metrics must be a /);
  }
});
