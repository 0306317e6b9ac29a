import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  DataPointType,
  InMemoryMetricExporter,
  InstrumentType,
} from "@opentelemetry/sdk-metrics";
import { DROPPED } from "@pushmeter/testkit/published";
import { describe, expect, it, vi } from "vitest";
import { type Platform, recorderOf } from "./adapter/index.ts";
import { createPushmeter, type Pushmeter, type PushmeterOptions } from "./index.ts";
import { nativeHistograms } from "./native-histograms/index.ts";
import { remoteWrite } from "./remote-write/index.ts";
import { FakeRuntime, Receiver } from "./testing/index.ts";

/** A pushmeter on a fake clock, its receiver, and the errors it reported. */
class Instance {
  readonly runtime: FakeRuntime;
  readonly receiver = new Receiver();
  readonly errors: unknown[] = [];
  readonly pushmeter: Pushmeter;
  readonly platform: Platform;

  constructor(options: PushmeterOptions = {}, env: Record<string, unknown> = {}) {
    this.runtime = new FakeRuntime({ fetch: this.receiver.fetch });
    const push = remoteWrite({ url: "http://receiver/api/v1/write" }, this.runtime);
    const onError = (error: unknown) => void this.errors.push(error);
    this.pushmeter = createPushmeter({ service: "courses", push, onError, ...options }, this.runtime);
    this.platform = { env, waitUntil: () => {} };
  }

  invoke(url = "https://x/", status = 200): void {
    const invocation = recorderOf(this.pushmeter).begin("http", () => this.platform, {});
    if (!invocation) return;
    recorderOf(this.pushmeter).endHttp(invocation, { method: "GET", url }, { status }, () => this.platform);
  }

  /** Pushes now; time runs on until that is done. */
  flush(): Promise<boolean> {
    return this.runtime.until(this.pushmeter.flush());
  }

  get requests(): number {
    return this.receiver.total("http_server_request_duration_seconds_count");
  }

  /** The labels that identify the writer. */
  get writer() {
    const { job, instance } = this.receiver.series("faas_coldstarts_total")[0]?.labels ?? {};
    return { job, instance };
  }
}

/** Another vendor's exporter, which prefers exponential histograms. */
class Exponential extends InMemoryMetricExporter {
  readonly native = nativeHistograms();

  constructor() {
    super(AggregationTemporality.CUMULATIVE);
  }

  selectAggregation(type: InstrumentType): AggregationOption {
    return type === InstrumentType.HISTOGRAM
      ? { type: AggregationType.EXPONENTIAL_HISTOGRAM }
      : { type: AggregationType.DEFAULT };
  }
}

describe("createPushmeter", () => {
  it("records with the buckets that the destination prefers, whether it is given or made", async () => {
    for (const make of [(push: Exponential) => push, (push: Exponential) => () => push]) {
      const exporter = new Exponential();
      const instance = new Instance({ push: make(exporter) });
      for (let i = 0; i < 3; i++) {
        instance.invoke();
        await instance.flush();
      }
      const metrics = exporter.getMetrics().at(-1)?.scopeMetrics[0]?.metrics ?? [];
      const requests = metrics.find(({ descriptor }) => descriptor.name === "http.server.request.duration");
      expect(requests?.dataPointType).toBe(DataPointType.EXPONENTIAL_HISTOGRAM);
      expect(requests?.dataPoints[0]?.value).toMatchObject({
        count: 3,
        negative: { offset: 0, bucketCounts: [] },
      });
    }
  });

  it("asks for no time, randomness or network before the first invocation", () => {
    const runtime = new Proxy({} as FakeRuntime, {
      get: (_, name) => {
        throw new Error(`runtime.${String(name)} at module scope`);
      },
    });
    const pushmeter = createPushmeter({ service: "courses" }, runtime);
    pushmeter.meter.createCounter("logins");
  });

  it("names the service by option, environment and fallback, in this order", async () => {
    const env = { OTEL_SERVICE_NAME: "from-env" };
    const jobs = [];
    for (const [service, variables] of [
      ["courses", env],
      [{ name: "courses", namespace: "shop" }, env],
      [undefined, env],
      [undefined, { OTEL_RESOURCE_ATTRIBUTES: "service.name=from%20attributes,x=y" }],
      [undefined, {}],
    ] as const) {
      const instance = new Instance({ service }, variables);
      instance.invoke();
      await instance.flush();
      jobs.push(instance.writer.job);
    }
    expect(jobs).toEqual(["courses", "shop/courses", "from-env", "from attributes", "unknown_service"]);
  });

  it("makes the instance id at the first invocation and keeps it", async () => {
    const instance = new Instance();
    instance.invoke();
    await instance.flush();
    instance.invoke();
    await instance.flush();
    expect(instance.writer.instance).toBe("instance-1");
    expect(instance.requests).toBe(2);
  });

  it("puts the resource into target_info and promotes what resourceLabels names", async () => {
    const instance = new Instance(
      {
        service: { name: "courses", version: "1.2" },
        resource: { "cloud.region": "weur", team: "a" },
        resourceLabels: ["cloud.region", "absent"],
      },
      { OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=prod" },
    );
    instance.invoke();
    await instance.flush();
    expect(instance.receiver.series("target_info")[0]?.labels).toEqual({
      job: "courses",
      instance: "instance-1",
      cloud_region: "weur",
      team: "a",
      service_version: "1.2",
      deployment_environment_name: "prod",
    });
    const [series] = instance.receiver.series("http_server_request_duration_seconds_count");
    expect(series?.labels).toMatchObject({ cloud_region: "weur" });
    expect(series?.labels).not.toHaveProperty("absent");
  });

  it("records durations on a monotonic clock, in seconds", async () => {
    const instance = new Instance();
    const invocation = recorderOf(instance.pushmeter).begin("http", () => instance.platform, {});
    await instance.runtime.advance(120);
    if (invocation) {
      const request = { method: "GET", url: "https://x/" };
      recorderOf(instance.pushmeter).endHttp(invocation, request, { status: 200 }, () => instance.platform);
    }
    await instance.flush();
    expect(instance.receiver.total("http_server_request_duration_seconds_sum")).toBeCloseTo(0.12);
    const bucket = (le: string) =>
      instance.receiver.total("http_server_request_duration_seconds_bucket", { le });
    expect([bucket("0.1"), bucket("0.25"), bucket("10.0"), bucket("+Inf")]).toEqual([0, 1, 1, 1]);
  });

  it("counts in the buckets of the option", async () => {
    const instance = new Instance({ buckets: [0.1, 2] });
    instance.invoke();
    await instance.flush();
    const buckets = instance.receiver.series("http_server_request_duration_seconds_bucket");
    expect(buckets.map(({ labels }) => labels.le)).toEqual(["0.1", "2.0", "+Inf"]);
  });

  it("leaves out the attributes that the option names, and adds up what they told apart", async () => {
    const instance = new Instance({ attributes: { drop: ["url.scheme", "http.response.status_code"] } });
    instance.invoke();
    instance.invoke("http://x/", 204);
    await instance.flush();
    const [series, ...others] = instance.receiver.series("http_server_request_duration_seconds_count");
    const { job: _, instance: __, ...labels } = series?.labels ?? {};
    expect([labels, series?.samples.at(-1)?.value, others]).toEqual([
      { http_request_method: "GET", outcome: "success" },
      2,
      [],
    ]);
  });

  it("holds as many attribute sets as the option says, of built-in and own instruments", async () => {
    const instance = new Instance({ cardinalityLimit: 3 });
    const counter = instance.pushmeter.meter.createCounter("logins");
    for (const status of [200, 404, 400, 403, 410]) {
      instance.invoke("https://x/", status);
      counter.add(1, { status });
      await instance.flush();
    }
    for (const name of ["http_server_request_duration_seconds_count", "logins_total"]) {
      const counts = instance.receiver
        .series(name)
        .map(({ labels, samples }) => [labels.otel_metric_overflow ?? "", samples.at(-1)?.value]);
      expect(counts).toEqual([
        ["", 1],
        ["", 1],
        ["true", 3],
      ]);
    }
  });

  it("carries the duration and result of a push with the next one", async () => {
    const instance = new Instance();
    const deliver = instance.receiver.fetch;
    instance.invoke();
    instance.runtime.fetch = async () => new Response("no", { status: 403 });
    expect(await instance.flush()).toBe(false);
    instance.runtime.fetch = deliver;
    expect(await instance.flush()).toBe(true);
    expect(await instance.flush()).toBe(true);
    const results = instance.receiver.series("pushmeter_push_duration_seconds_count");
    expect(results.map(({ labels, samples }) => [labels.result, samples.at(-1)?.value])).toEqual([
      ["refused", 1],
      ["success", 1],
    ]);
    expect(instance.errors).toMatchObject([{ name: "PushError", result: "refused", status: 403 }]);
    expect(instance.requests).toBe(1);
  });

  it("counts points that cannot be stored, by reason", async () => {
    const instance = new Instance();
    instance.pushmeter.meter.createGauge("seats.total").record(1, { room: "a" });
    instance.pushmeter.meter.createHistogram("seats.total").record(1);
    await instance.flush();
    await instance.flush();
    expect(instance.receiver.total(DROPPED, { reason: "type_conflict" })).toBe(1);
  });

  it("reports a callback that throws to onError, and pushes everything else", async () => {
    const instance = new Instance();
    instance.pushmeter.meter.createObservableGauge("users").addCallback(() => {
      throw new Error("database is down");
    });
    instance.invoke();
    expect(await instance.flush()).toBe(true);
    expect(instance.errors).toEqual([new Error("database is down")]);
    expect(instance.requests).toBe(1);
  });

  it("survives an onError that throws, and without one writes to the console", async () => {
    const refuse = {
      push: remoteWrite({ url: "http://r/", fetch: async () => new Response("", { status: 403 }) }),
    };
    const throws = new Instance({
      ...refuse,
      onError: () => {
        throw new Error("onError");
      },
    });
    throws.invoke();
    expect(await throws.flush()).toBe(false);

    const silence = vi.spyOn(console, "error").mockImplementation(() => {});
    const silent = new Instance({ ...refuse, onError: undefined });
    silent.invoke();
    await silent.flush();
    expect(silence.mock.calls).toEqual([
      ["PushError: remoteWrite to http://r/: refused with 403 (check auth)"],
    ]);
    silence.mockRestore();
  });

  it("works with an exporter that never calls back", async () => {
    const never = { export: () => {}, forceFlush: async () => {}, shutdown: async () => {} };
    const instance = new Instance({ push: never });
    instance.pushmeter.meter.createCounter("logins").add(1);
    expect(await instance.flush()).toBe(false);
    expect(instance.errors).toMatchObject([{ result: "timeout" }]);
  });

  it("reports once that nothing is pushed when no destination is configured", async () => {
    const instance = new Instance({ push: undefined });
    for (let i = 0; i < 3; i++) {
      instance.invoke();
      await instance.flush();
    }
    expect(instance.errors).toMatchObject([
      { message: expect.stringMatching(/nothing is pushed: set push or PUSHMETER_REMOTE_WRITE_URL/) },
    ]);
  });

  it("says once a minute, not once per instance only, that push cannot be configured", async () => {
    let attempts = 0;
    const push = () => {
      attempts++;
      throw new TypeError("no url");
    };
    const instance = new Instance({ push });
    for (let seconds = 0; seconds < 150; seconds += 10) {
      instance.invoke();
      expect(await instance.flush()).toBe(false);
      await instance.runtime.advance(10_000);
    }
    expect(instance.errors).toEqual(Array(3).fill(new TypeError("no url")));
    expect(attempts).toBe(1);
  });

  it("says once a minute that two pushmeters measure one request", async () => {
    const [one, two] = [new Instance(), new Instance()];
    const recorders = [one, two].map(({ pushmeter }) => recorderOf(pushmeter));
    const both = () => {
      const request = {};
      const running = recorders.map((recorder) => recorder.begin("http", () => one.platform, request));
      expect(recorders[0]?.current(request)).toBe(running[0]);
      running.forEach((invocation, i) => {
        if (!invocation) throw new Error("metrics are switched off");
        const url = "http://x/";
        recorders[i]?.endHttp(invocation, { method: "GET", url }, { status: 200 }, () => one.platform);
      });
      expect(recorders.map((recorder) => recorder.current(request))).toEqual([undefined, undefined]);
    };
    for (let i = 0; i < 5; i++) both();
    expect([one.errors, two.errors]).toEqual([
      [],
      [
        expect.objectContaining({
          message: expect.stringMatching(/two pushmeters .* pass one pushmeter to all/),
        }),
      ],
    ]);
    await two.runtime.advance(60_000);
    both();
    expect(two.errors).toHaveLength(2);
    await one.flush();
    await two.flush();
    expect([one.requests, two.requests]).toEqual([6, 6]);
  });

  it.each([
    ["the option", { debug: true }, {}],
    ["PUSHMETER_DEBUG", {}, { PUSHMETER_DEBUG: "true" }],
  ])("writes a line per push with %s: series, bytes, answer, ms", async (_, options, env) => {
    const lines: string[] = [];
    const silence = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
    const instance = new Instance(options, env);
    instance.invoke();
    await instance.flush();
    instance.runtime.fetch = async () => new Response("no", { status: 403 });
    await instance.flush();
    silence.mockRestore();
    expect(lines).toEqual([
      expect.stringMatching(
        /^pushmeter: push success, 18 series, \d+ bytes in 1 requests, answered 204, 0 ms$/,
      ),
      expect.stringMatching(
        /^pushmeter: push refused, 22 series, \d+ bytes in 1 requests, answered 403, 0 ms$/,
      ),
    ]);
  });

  it("is silent without debug", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const instance = new Instance();
    instance.invoke();
    await instance.flush();
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it("makes its own id where instances share a configuration, and says once that it does (it was silent)", async () => {
    const instance = new Instance({ resource: { "service.instance.id": "fixed" } });
    for (let i = 0; i < 3; i++) {
      instance.invoke();
      await instance.flush();
    }
    expect(instance.writer.instance).toBe("instance-1");
    expect(instance.errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/service\.instance\.id of the resource is not used/),
      }),
    ]);
  });

  it("pushes at shutdown though the receiver was down before", async () => {
    const instance = new Instance();
    const deliver = instance.receiver.fetch;
    instance.runtime.fetch = async () => {
      throw new TypeError("connection refused");
    };
    instance.invoke();
    for (let i = 0; i < 5; i++) await instance.flush();
    instance.runtime.fetch = deliver;
    const before = instance.runtime.monotonic();
    await instance.runtime.until(instance.pushmeter.shutdown());
    expect([instance.runtime.monotonic() - before, instance.receiver.accepted]).toEqual([0, 2]);
  });

  it("reads remote write from the environment, with its token", async () => {
    const requests: Request[] = [];
    const instance = new Instance(
      { push: undefined },
      { PUSHMETER_REMOTE_WRITE_URL: "http://receiver/api/v1/write", PUSHMETER_REMOTE_WRITE_TOKEN: "abcdef" },
    );
    const deliver = instance.receiver.fetch;
    instance.runtime.fetch = (request) => {
      requests.push(request);
      return deliver(request);
    };
    instance.invoke();
    expect(await instance.flush()).toBe(true);
    expect(requests[0]?.headers.get("authorization")).toBe("Bearer abcdef");
    expect(instance.requests).toBe(1);
  });

  it("reports an unusable environment once, without the secret in it", async () => {
    const instance = new Instance(
      { push: undefined },
      { PUSHMETER_REMOTE_WRITE_URL: "s3cr3t.example/write", PUSHMETER_REMOTE_WRITE_TOKEN: "s3cr3t" },
    );
    for (let i = 0; i < 3; i++) {
      instance.invoke();
      expect(await instance.flush()).toBe(false);
    }
    expect(instance.errors).toMatchObject([
      {
        message:
          "pushmeter: remoteWrite url must be an absolute http or https URL, got a string of 20 characters",
      },
    ]);
  });

  it("does nothing at all with OTEL_SDK_DISABLED", async () => {
    const instance = new Instance({}, { OTEL_SDK_DISABLED: "TRUE" });
    instance.invoke();
    expect(recorderOf(instance.pushmeter).begin("http", () => instance.platform, {})).toBeUndefined();
    expect(await instance.flush()).toBe(true);
    expect(instance.receiver.accepted).toBe(0);
  });

  it("pushes what is left on shutdown and ends its series, and nothing afterwards", async () => {
    const instance = new Instance();
    const samples = () =>
      instance.receiver
        .series("http_server_request_duration_seconds_count")
        .flatMap(({ samples }) => samples.map(({ value, stale }) => (stale ? "stale" : value)));
    instance.invoke();
    await instance.runtime.until(instance.pushmeter.shutdown());
    await instance.runtime.until(instance.pushmeter.shutdown());
    expect(samples()).toEqual([0, 1, "stale"]);
    instance.invoke();
    expect(await instance.pushmeter.flush()).toBe(true);
    expect([samples().length, instance.receiver.accepted, instance.errors]).toEqual([3, 2, []]);
  });
});
