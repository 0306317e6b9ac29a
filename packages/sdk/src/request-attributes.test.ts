import { seeded } from "@pushmeter/testkit/random";
import { describe, expect, it } from "vitest";
import { type EndedRequest, RequestTable, requestAttributes } from "./request-attributes.ts";

const request = (fields: Partial<EndedRequest> = {}): EndedRequest => ({
  method: "GET",
  url: "http://x/",
  route: undefined,
  status: 200,
  ...fields,
});

describe("the attributes of a request", () => {
  it("are the semantic conventions' and outcome", () => {
    const ended = request({ url: "https://x/courses/7?q=1", route: "/courses/:id" });
    expect(requestAttributes(ended)).toEqual({
      "http.request.method": "GET",
      "url.scheme": "https",
      "http.response.status_code": 200,
      "http.route": "/courses/:id",
      outcome: "success",
    });
  });

  it("have no route when none is known, whatever the path", () => {
    expect(requestAttributes(request({ url: "http://x/wp-admin", status: 404 }))).not.toHaveProperty(
      "http.route",
    );
  });

  it("include custom attributes, which replace no standard one", () => {
    const custom = { tenant: "a", "http.request.method": "spoofed", outcome: "spoofed" };
    expect(requestAttributes(request(), custom)).toMatchObject({
      tenant: "a",
      "http.request.method": "GET",
      outcome: "success",
    });
  });

  it("have the standard methods only", () => {
    const methods = ["GET", "PATCH", "get", "PROPFIND", "X".repeat(1e5)];
    const recorded = methods.map((method) => requestAttributes(request({ method }))["http.request.method"]);
    expect(recorded).toEqual(["GET", "PATCH", "_OTHER", "_OTHER", "_OTHER"]);
  });
});

describe("a table of requests", () => {
  it("has one item for two random requests exactly if their attributes are equal", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed ${seed}`);
    const random = seeded(seed);
    const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
    const texts = ["a", "b", "a\nb", "a\n", "\n", "", "undefined", "success"];
    const text = () => pick(texts);
    const thrown = () => ({ error: pick([new TypeError("x"), new RangeError("x"), "text", undefined]) });
    const any = () =>
      request({
        method: pick(["GET", "POST", "BREW", "ODD"]),
        url: `${pick(["http", "https"])}://${pick(["one", "two"])}.example:80/${text()}?q=${text()}`,
        route: pick([undefined, text()]),
        status: pick([undefined, 0, 101, 200, 204, 404, 500, 503]),
        thrown: pick([undefined, thrown()]),
      });
    const table = new RequestTable((each) => JSON.stringify(requestAttributes(each)), 1e6);
    for (let i = 0; i < 20_000; i++) {
      const one = any();
      expect(table.get(one)).toBe(JSON.stringify(requestAttributes(one)));
    }
  });

  it("keeps no more items than it has room for", () => {
    let created = 0;
    const table = new RequestTable(() => ++created, 2);
    const routes = ["/a", "/b", "/c"];
    for (const route of [...routes, ...routes]) table.get(request({ route }));
    expect(created).toBe(4);
  });
});
