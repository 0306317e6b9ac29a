/** One call measures a long-lived server and answers `/metrics`, whatever the server is. */
import { once } from "node:events";
import { get } from "node:http";
import { createPushmeter } from "@pushmeter/sdk";
import { HttpClient } from "@pushmeter/testkit/http-client";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { parsed } from "@pushmeter/testkit/text-format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { APPS, gate, type RunningApp } from "./apps.ts";

describe.each(Object.entries(APPS))("%s", (name, start) => {
  const errors: unknown[] = [];
  const pushmeter = createPushmeter({ service: "courses", onError: (error) => errors.push(error) });
  let app: RunningApp;
  let client: HttpClient;

  beforeAll(async () => {
    app = await start(pushmeter);
    client = new HttpClient(app.url);
  });

  afterAll(async () => {
    client?.close();
    await app?.close();
    await pushmeter.shutdown();
    expect(errors).toEqual([]);
  });

  const scrape = async () => parsed((await client.send("/metrics")).body);
  /** Requests by method, route, status and outcome. */
  const requests = async () => {
    const found = (await scrape()).filter(
      ({ name }) => name === "http_server_request_duration_seconds_count",
    );
    return Object.fromEntries(
      found.map(({ labels, value }) => {
        const { http_request_method: method, http_route: route = "-", outcome, error_type: type } = labels;
        const status = labels.http_response_status_code ?? "-";
        return [`${method} ${route} ${status} ${outcome}${type ? ` ${type}` : ""}`, value];
      }),
    );
  };
  const sizes = async (of: string, route: string) => {
    const series = (await scrape()).filter(
      ({ name, labels }) =>
        name.startsWith(`http_server_${of}_body_size_bytes_`) && labels.http_route === route,
    );
    const total = (suffix: string) =>
      series.filter(({ name }) => name.endsWith(suffix)).reduce((sum, { value }) => sum + value, 0);
    return { count: total("_count"), sum: total("_sum") };
  };
  const active = async () =>
    (await scrape())
      .filter(({ name }) => name === "http_server_active_requests")
      .reduce((sum, { value }) => sum + value, 0);

  it("answers /metrics, which it does not count, also before the first request", async () => {
    expect(await requests()).toEqual({});
    const answer = await fetch(`${app.url}/metrics?x=1`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    await answer.text();
    const head = await fetch(`${app.url}/metrics`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(await requests()).toEqual({});
  });

  it("counts requests over kept connections by the routes' patterns, and leaves their answers as they are", async () => {
    for (const id of [1, 2, 3]) {
      expect(await client.send(`/courses/${id}?x=${id}`)).toEqual({ status: 200, body: "course" });
    }
    await client.send("/users/42/orders/7");
    await client.send("/users/43/orders");
    await client.send("/users/orders/orders/8");
    await client.send("/admin/tenants/acme");
    const body = (text: string) => ({
      method: "POST",
      body: text,
      headers: { "content-type": "text/plain" },
    });
    expect((await client.send("/login", body("right"))).status).toBe(204);
    expect((await client.send("/login", body("wrong!"))).status).toBe(401);
    expect((await client.send("/broken")).status).toBe(500);
    expect((await client.send("/nowhere/1")).status).toBe(404);
    expect((await client.send("/metrics", { method: "POST", headers: {}, body: "" })).status).toBe(404);
    const {
      "GET /broken 500 server_error 500": plain,
      "GET /broken 500 exception RangeError": thrown,
      ...rest
    } = await requests();
    expect(rest).toEqual({
      "GET /courses/:id 200 success": 3,
      "GET /users/:user/orders/:order 200 success": 2,
      "GET /users/:user/orders 200 success": 1,
      "GET /admin/tenants/:tenant 200 success": 1,
      "POST /login 204 success": 1,
      "POST /login 401 client_error": 1,
      "GET - 404 client_error": 1,
      "POST - 404 client_error": 1,
    });
    // Express, node:http and the app behind the fetch handler turn errors into statuses where no wrapper sees them.
    expect([plain, thrown]).toEqual(/Express|http|fetch/.test(name) ? [1, undefined] : [undefined, 1]);
  });

  it("has the sizes of bodies", async () => {
    expect(await sizes("response", "/courses/:id")).toEqual({ count: 3, sum: 18 });
    expect(await sizes("request", "/courses/:id")).toEqual({ count: 3, sum: 0 });
    expect(await sizes("request", "/login")).toEqual({ count: 2, sum: 11 });
    expect(await sizes("response", "/login")).toEqual({ count: 2, sum: 0 });
  });

  it("counts requests in progress", async () => {
    const pending = client.send("/gated");
    await until("the request runs", active, (count) => count === 1);
    gate.open();
    expect(await pending).toEqual({ status: 200, body: "opened" });
    expect(await active()).toBe(0);
  });

  it("measures a stream to its end, also when the client leaves", async () => {
    const [response] = await once(get(`${app.url}/stream`), "response");
    const [first] = await once(response, "data");
    expect(String(first)).toBe("first");
    gate.open();
    for await (const chunk of response) expect(String(chunk)).toBe("second");
    expect((await requests())["GET /stream 200 success"]).toBe(1);
    expect(await sizes("response", "/stream")).toEqual({ count: 1, sum: 11 });

    const leaving = get(`${app.url}/stream`);
    const [left] = await once(leaving, "response");
    await once(left, "data");
    leaving.destroy();
    await until("the end is seen", requests, (counts) => counts["GET /stream 200 canceled AbortError"] === 1);
    gate.open();
    expect(await active()).toBe(0);
  });

  if (!/Hono|fetch/.test(name)) {
    it("counts a request whose client leaves before an answer as canceled", async () => {
      const leaving = get(`${app.url}/gated`);
      leaving.on("error", () => {});
      await until("the request runs", active, (count) => count === 1);
      leaving.destroy();
      await until("the end is seen", requests, (counts) => counts["GET /gated - canceled AbortError"] === 1);
      gate.open();
      expect(await active()).toBe(0);
    });
  }
});

describeWithServers("a Prometheus that scrapes", ({ prometheus: file }) => {
  it("has every request of each server", async () => {
    const running: RunningApp[] = [];
    const scrape: Record<string, string> = {};
    for (const [name, start] of Object.entries(APPS)) {
      const app = await start(createPushmeter({ service: name }));
      running.push(app);
      scrape[name] = app.url;
    }
    const prometheus = await startPrometheus(file, { scrape });
    try {
      for (const { url } of running) {
        for (let i = 0; i < 20; i++) await (await fetch(`${url}/courses/${i}`)).text();
      }
      const counted = async () => {
        const query = 'sum by (job) (http_server_request_duration_seconds_count{http_route="/courses/:id"})';
        const found = await prometheus.query(query);
        return Object.fromEntries(found.map(({ labels, value }) => [labels.job, value]));
      };
      const expected = Object.fromEntries(Object.keys(APPS).map((name) => [name, 20]));
      await until(
        "all are counted",
        counted,
        (counts) => Object.values(counts).join() === "20,20,20,20,20,20",
      );
      expect(await counted()).toEqual(expected);
    } finally {
      await prometheus.stop();
      for (const app of running) await app.close();
    }
  });
});
