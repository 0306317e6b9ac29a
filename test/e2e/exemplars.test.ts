/** Trace ids as a real Prometheus stores them. */
import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { createPushmeter } from "@pushmeter/sdk";
import { exemplars } from "@pushmeter/sdk/exemplars";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { describeWithServers } from "@pushmeter/testkit/servers/describe";
import { type Prometheus, startPrometheus } from "@pushmeter/testkit/servers/prometheus";
import { afterAll, beforeAll, expect, it } from "vitest";

interface QueriedExemplars {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly {
    readonly labels: object;
    readonly value: string;
    readonly timestamp: number;
  }[];
}

describeWithServers("exemplars", (servers) => {
  let prometheus: Prometheus;
  beforeAll(async () => {
    prometheus = await startPrometheus(servers.prometheus, { args: ["--enable-feature=exemplar-storage"] });
  });
  afterAll(() => prometheus.stop());

  async function stored(): Promise<QueriedExemplars[]> {
    const now = Date.now() / 1000;
    const parameters = new URLSearchParams({
      query: "http_server_request_duration_seconds_bucket",
      start: `${now - 600}`,
      end: `${now + 600}`,
    });
    const response = await fetch(`${prometheus.url}/api/v1/query_exemplars?${parameters}`);
    const { data } = (await response.json()) as { data: QueriedExemplars[] };
    return data;
  }

  it("are stored with the bucket that counted the request, and change no count", async () => {
    const errors: unknown[] = [];
    const pushmeter = createPushmeter({
      service: "courses",
      exemplars,
      push: remoteWrite({ url: prometheus.writeUrl }),
      onError: (error) => errors.push(error),
    });
    const handle = instrumentFetch(pushmeter, async () => new Response("hello"));
    const ids = ["1", "2", "3"].map((digit) => digit.repeat(32));
    const before = Date.now();
    for (const id of ids) {
      const headers = { traceparent: `00-${id}-${"b".repeat(16)}-01` };
      await handle(new Request("http://courses.example/", { headers }));
      expect(await pushmeter.flush()).toBe(true);
    }
    const found = await stored();
    const all = found.flatMap(({ exemplars }) => exemplars);
    expect(all.map(({ labels }) => labels)).toHaveLength(3);
    expect(all.map(({ labels }) => labels)).toEqual(
      expect.arrayContaining(ids.map((trace_id) => ({ trace_id }))),
    );
    for (const { seriesLabels, exemplars } of found) {
      expect(seriesLabels).toMatchObject({ job: "courses", le: expect.any(String) });
      for (const { value, timestamp } of exemplars) {
        expect(Number(value)).toBeLessThanOrEqual(Number(seriesLabels.le));
        expect(timestamp * 1000).toBeGreaterThanOrEqual(before);
      }
    }
    const [count] = await prometheus.query('http_server_request_duration_seconds_count{job="courses"}');
    expect([count?.value, errors]).toEqual([3, []]);
  });
});
