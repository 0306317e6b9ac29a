import { describe, expect, it } from "vitest";
import { recorderOf } from "../adapter/index.ts";
import { createPushmeter, type Names } from "../index.ts";
import { pushgateway } from "../pushgateway/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";
import {
  appRequestCount,
  expressPromBundle,
  fastapiInstrumentator,
  honoPrometheus,
  mapping,
  promClient,
} from "./index.ts";

class Service {
  readonly runtime = new FakeRuntime();
  readonly receiver = new Receiver({ now: () => this.runtime.now() });
  readonly errors: unknown[] = [];
  readonly pushmeter;

  constructor(names: Names, more: object = {}) {
    const push = remoteWrite(
      { url: "http://receiver/api/v1/write", fetch: this.receiver.fetch },
      this.runtime,
    );
    const onError = (error: unknown) => this.errors.push(error);
    this.pushmeter = createPushmeter({ service: "courses", push, names, onError, ...more }, this.runtime);
  }

  request(method: string, route: string | undefined, status: number, custom?: Record<string, string>): void {
    const recorder = recorderOf(this.pushmeter);
    const platform = () => ({ adapterFlushes: true });
    const request = new Request("http://x/courses/17", { method });
    const invocation = recorder.begin("http", platform, request);
    if (!invocation) throw new Error("metrics are switched off");
    invocation.route = route;
    recorder.endHttp(invocation, request, { status }, platform, custom);
  }

  /** Totals by series, without buckets, labels of the instance and pushmeter's own. */
  async totals(): Promise<Record<string, number>> {
    await this.runtime.until(this.pushmeter.flush());
    const found = this.receiver
      .series()
      .flatMap(({ name, labels: { job, instance, ...labels }, samples }) => {
        if (/^pushmeter|_bucket$|_sum$/.test(name)) return [];
        const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
        return [[`${name}{${pairs.sort()}}`, samples.at(-1)?.value ?? Number.NaN] as const];
      });
    return Object.fromEntries(found);
  }
}

describe("names", () => {
  it("gives an instrument one name or several, with their own labels and buckets, and none of its own", async () => {
    const service = new Service(
      mapping({
        "http.server.request.duration": [
          {
            name: "requests_total",
            type: "counter",
            labels: { path: "http.route", family: ({ "http.response.status_code": s }) => `${s}`[0] },
          },
          { name: "request_seconds", buckets: [0.1, 1], labels: {} },
          { name: "request_time", type: "summary", labels: { path: "http.route" } },
        ],
      }),
    );
    for (const status of [200, 204, 404]) service.request("GET", "/courses/:id", status);
    service.request("GET", undefined, 404);
    expect(await service.totals()).toEqual({
      // 200 and 204 have the same labels: one series.
      "requests_total{family=2,path=/courses/:id}": 2,
      "requests_total{family=4,path=/courses/:id}": 1,
      "requests_total{family=4}": 1,
      "request_seconds_count{}": 4,
      "request_time_count{path=/courses/:id}": 3,
      "request_time_count{}": 1,
    });
    const bounds = service.receiver.series("request_seconds_bucket").map(({ labels }) => labels.le);
    expect(bounds.sort()).toEqual(["+Inf", "0.1", "1.0"]);
    expect(service.receiver.series("request_time_bucket")).toEqual([]);
    expect(service.errors).toEqual([]);
  });

  it("gives series with new names their zero, so that growth is right from the first request on", async () => {
    const service = new Service(appRequestCount());
    service.request("GET", "/courses/:id", 200);
    await service.totals();
    const [count] = service.receiver.series("app_request_count");
    expect(count?.samples.map(({ value }) => value)).toEqual([0, 1]);
  });

  it("is the same in the text format, where a counter keeps its name", async () => {
    let text = "";
    const fetch = async (request: Request) => {
      text = await request.text();
      return new Response();
    };
    const push = pushgateway({ url: "http://gateway", gzip: false, fetch });
    const service = new Service(appRequestCount(), { push });
    service.request("GET", "/courses/:id", 200);
    await service.runtime.until(service.pushmeter.flush());
    expect(text).toContain("# TYPE app_request_count counter\n");
    expect(text).toContain('app_request_count{endpoint="/courses/{id}",http_status="200",method="GET"} 1\n');
  });

  it("renames instruments of the user's too, and leaves the others alone", async () => {
    const service = new Service(mapping({ "app.logins": { name: "logins", labels: { how: "method" } } }));
    const { meter } = service.pushmeter;
    meter.createCounter("app.logins", { unit: "{login}" }).add(2, { method: "password", user: 1 });
    meter.createCounter("app.logins", { unit: "{login}" }).add(3, { method: "password", user: 2 });
    meter.createCounter("app.searches").add(1);
    expect(await service.totals()).toEqual({ "logins{how=password}": 5, "app_searches_total{}": 1 });
  });

  it("is bounded by cardinalityLimit under the new names", async () => {
    const names = mapping({ jobs: { name: "jobs_done", labels: { id: "id" } } });
    const service = new Service(names, { cardinalityLimit: 3 });
    const jobs = service.pushmeter.meter.createCounter("jobs");
    for (let id = 0; id < 10; id++) jobs.add(1, { id });
    expect(await service.totals()).toEqual({
      "jobs_done{id=0}": 1,
      "jobs_done{id=1}": 1,
      "jobs_done{otel_metric_overflow=true}": 8,
    });
  });

  it("reports what a function for a label throws, and counts without the label", async () => {
    const error = new RangeError("no tenant");
    const tenant = () => {
      throw error;
    };
    const service = new Service(mapping({ jobs: { name: "jobs_done", labels: { tenant, id: "id" } } }));
    service.pushmeter.meter.createCounter("jobs").add(1, { id: "a" });
    expect(await service.totals()).toEqual({ "jobs_done{id=a}": 1 });
    expect(service.errors).toEqual([error]);
  });

  it("keeps attributes of the user's only where labels name them", async () => {
    const service = new Service(promClient({ labels: { tenant: "tenant" } }));
    service.request("GET", "/", 200, { tenant: "a", "no.label": "b" });
    expect(await service.totals()).toEqual({
      "http_request_duration_seconds_count{method=GET,route=/,status_code=200,tenant=a}": 1,
    });
  });
});

describe("a preset", () => {
  it.each<[string, (options: never) => Names]>([
    ["promClient", promClient],
    ["expressPromBundle", expressPromBundle],
    ["honoPrometheus", honoPrometheus],
    ["fastapiInstrumentator", fastapiInstrumentator],
    ["appRequestCount", appRequestCount],
  ])("%s refuses what Prometheus cannot have, in one sentence", (name, preset) => {
    const refused = (options: object) => expect(() => preset(options as never));
    refused({ bucket: [1] }).toThrow(`pushmeter: ${name} has no option bucket, did you mean buckets?`);
    refused({ labels: { "a-b": "x" } }).toThrow(`pushmeter: ${name} labels cannot have a-b`);
    refused({ labels: { instance: "x" } }).toThrow(`pushmeter: ${name} labels cannot have instance`);
    refused({ labels: { a: 1 } }).toThrow(/^pushmeter: a of .* must be an attribute's name or a function/);
    refused({ buckets: [2, 1] }).toThrow(
      /^pushmeter: buckets of \w+ must be numbers, ascending, got an array$/,
    );
  });

  it("refuses names that Prometheus cannot have, in one sentence", () => {
    expect(() => honoPrometheus({ prefix: "a-" })).toThrow(/^pushmeter: honoPrometheus prefix must be /);
    for (const name of ["a-b", "", "1a", "a__b", "a:b"]) {
      expect(() => mapping({ jobs: { name } })).toThrow(/^pushmeter: name of a metric of names must be /);
    }
    const type = "gauge" as "counter";
    expect(() => mapping({ jobs: { name: "a", type } })).toThrow(
      /^pushmeter: type of a must be "counter" or /,
    );
  });

  it("writes parameters of routes as the library does", async () => {
    for (const [names, expected] of [
      [fastapiInstrumentator(), "handler=/a/{id}/{n}/b"],
      [expressPromBundle({ includePath: true }), "path=/a/#val/#val/b"],
      [honoPrometheus(), "route=/a/:id/:n/b"],
      [promClient(), "route=/a/:id/:n{[0-9]+}/b"],
    ] as const) {
      const service = new Service(names);
      service.request("GET", "/a/:id/:n{[0-9]+}/b", 200);
      expect(Object.keys(await service.totals()).join(" ")).toContain(expected);
    }
  });
});
