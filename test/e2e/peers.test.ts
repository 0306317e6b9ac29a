import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { type PushgatewayOptions, pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { until } from "@pushmeter/testkit/poll";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { type Pushgateway, startPushgateway } from "@pushmeter/testkit/servers/pushgateway";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

describeWithServers("a destination in a plain OpenTelemetry MeterProvider", (servers) => {
  let gateway: Pushgateway;
  let prometheus: Prometheus;
  const providers: MeterProvider[] = [];

  beforeAll(async () => {
    gateway = await startPushgateway(servers.pushgateway);
    prometheus = await startPrometheus(servers.prometheus, { scrape: { pushgateway: gateway.url } });
  });

  afterEach(async () => {
    // One after the other: some share a destination, and each ends its own series.
    for (const provider of providers.splice(0)) await provider.shutdown();
  });

  afterAll(async () => {
    await Promise.all([gateway?.stop(), prometheus?.stop()]);
  });

  /** @param exportIntervalMillis - default: only `forceFlush` exports. */
  function provide(
    exporter: PushMetricExporter,
    attributes: Record<string, string>,
    exportIntervalMillis = 600_000,
  ): MeterProvider {
    const exportTimeoutMillis = Math.min(exportIntervalMillis, 30_000);
    const provider = new MeterProvider({
      resource: resourceFromAttributes(attributes),
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis })],
    });
    providers.push(provider);
    return provider;
  }

  const destinations: Record<string, () => PushMetricExporter> = {
    remoteWrite: () => remoteWrite({ url: prometheus.writeUrl }),
    pushgateway: () => pushgateway({ url: gateway.url }),
  };

  it.for(Object.keys(destinations))("%s stores what two instances without a name count", async (wire) => {
    const service = `peer-${wire}`;
    const meters = [0, 1].map(() =>
      provide(
        destinations[wire]?.() as PushMetricExporter,
        { "service.name": service, "service.namespace": "peers", "host.name": "one" },
        1000,
      ).getMeter("their-meter", "1.2.3"),
    );
    const counters = meters.map((meter) => meter.createCounter("their.jobs"));
    const durations = meters.map((meter) => meter.createHistogram("their.duration", { unit: "s" }));
    const counted = async () => {
      const query = `last_over_time({__name__=~"their_jobs_total|their_duration_seconds_(sum|count)",job="peers/${service}"}[1h])`;
      const series = await prometheus.query(query);
      return series.map(({ labels, value }) => `${labels.__name__} ${labels.kind ?? "-"} ${value}`).sort();
    };
    for (const round of [1, 2, 3]) {
      for (const [i, counter] of counters.entries()) {
        counter.add(10 + i, { kind: "a" });
        durations[i]?.record(0.5);
      }
      const expected = [
        `their_duration_seconds_count - ${round}`,
        `their_duration_seconds_count - ${round}`,
        `their_duration_seconds_sum - ${round / 2}`,
        `their_duration_seconds_sum - ${round / 2}`,
        `their_jobs_total a ${10 * round}`,
        `their_jobs_total a ${11 * round}`,
      ];
      // Without a flush: the reader exports on its interval.
      await until(`round ${round}`, counted, (lines) => lines.join() === expected.join());
    }
    const [scope] = await prometheus.query(`last_over_time(their_jobs_total{job="peers/${service}"}[1h])`);
    expect(scope?.labels).toMatchObject({ otel_scope_name: "their-meter", otel_scope_version: "1.2.3" });
    const info = await prometheus.query(`last_over_time(target_info{job="peers/${service}"}[1h])`);
    expect(info.map(({ labels }) => labels.host_name)).toEqual(["one", "one"]);
    expect(new Set(info.map(({ labels }) => labels.instance)).size).toBe(2);
  });

  it("gives a zero to series whose push failed while others through the same destination succeeded", async () => {
    let isDown = false;
    const exporter = remoteWrite({
      url: prometheus.writeUrl,
      timeout: 3000,
      fetch: (request) => (isDown ? Promise.reject(new Error("down")) : fetch(request)),
    });
    const [first, second] = ["a", "b"].map((instance) =>
      provide(exporter, { "service.name": "shared-destination", "service.instance.id": instance }),
    ) as [MeterProvider, MeterProvider];
    for (const provider of [first, second]) provider.getMeter("m").createCounter("shared").add(1);
    isDown = true;
    // It rejects because the push fails, as it should here.
    await second.forceFlush().catch(() => {});
    isDown = false;
    await first.forceFlush();
    await second.forceFlush();
    const series = await prometheus.queryRange('shared_total{job="shared-destination"}[1h]');
    expect(series.map(({ samples }) => samples.slice(0, 2).map(([, value]) => value))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  /** Two processes that share a group by sharing an instance id; each pushes another metric. */
  async function shareGroup(
    service: string,
    options: Partial<PushgatewayOptions>,
  ): Promise<readonly string[]> {
    for (const name of ["first", "second"]) {
      const provider = provide(pushgateway({ url: gateway.url, ...options }), {
        "service.name": service,
        "service.instance.id": "shared",
      });
      provider.getMeter("m").createCounter(name).add(1);
      await provider.forceFlush();
      providers.splice(0);
      await provider.shutdown();
    }
    const groups = await gateway.groups();
    return groups.find(({ labels }) => labels.job === service)?.metrics.toSorted() ?? [];
  }

  it("PUT replaces a group, POST only the metrics of the same names", async () => {
    expect(await shareGroup("by-default", {})).toEqual(["second_total"]);
    expect(await shareGroup("by-put", { method: "PUT" })).toEqual(["second_total"]);
    expect(await shareGroup("by-post", { method: "POST" })).toEqual(["first_total", "second_total"]);
  });

  it("deletes its own group on shutdown, only if deleteOnShutdown is set", async () => {
    const jobs = async () => (await gateway.groups()).map(({ labels }) => labels.job);
    for (const deleteOnShutdown of [true, false]) {
      const service = `delete ${deleteOnShutdown}/now`;
      const exporter = pushgateway({ url: gateway.url, deleteOnShutdown, grouping: { zone: "a/b" } });
      const provider = provide(exporter, { "service.name": service });
      provider.getMeter("m").createCounter("c").add(1);
      await provider.forceFlush();
      expect(await jobs()).toContain(service);
      providers.splice(0);
      await provider.shutdown();
    }
    expect(await jobs()).not.toContain("delete true/now");
    expect(await jobs()).toContain("delete false/now");
  });

  it.for([true, false])("gzip: %s is understood", async (gzip) => {
    const encodings: (string | null)[] = [];
    const exporter = pushgateway({
      url: gateway.url,
      gzip,
      fetch: (request) => {
        encodings.push(request.headers.get("content-encoding"));
        return fetch(request);
      },
    });
    const provider = provide(exporter, { "service.name": `gzip-${gzip}` });
    provider.getMeter("m").createCounter("zipped").add(42);
    await provider.forceFlush();
    const zipped = () => prometheus.query(`zipped_total{job="gzip-${gzip}"}`);
    const series = await until("it is scraped", zipped, ({ length }) => length > 0);
    expect(series.map(({ value }) => value)).toEqual([42]);
    expect(encodings[0]).toBe(gzip ? "gzip" : null);
  });
});
