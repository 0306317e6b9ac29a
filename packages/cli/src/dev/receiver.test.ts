import { createPushmeter, type Push } from "@pushmeter/sdk";
import { recorderOf } from "@pushmeter/sdk/adapter";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { describe, expect, it } from "vitest";
import { DevReceiver } from "./receiver.ts";
import { fetchOf } from "./testing/sending.ts";

const URL = "http://dev";
const write = `${URL}/api/v1/write`;

const WIRES: readonly (readonly [name: string, destination: (fetch: typeof globalThis.fetch) => Push])[] = [
  ["remote write 1.0", (fetch) => remoteWrite({ url: write, fetch, protocol: "1.0" })],
  ["remote write 2.0", (fetch) => remoteWrite({ url: write, fetch, protocol: "2.0" })],
  ["Pushgateway", (fetch) => pushgateway({ url: URL, fetch })],
  ["OTLP", (fetch) => otlp({ url: `${URL}/v1/metrics`, fetch })],
];

/** An instance of a service, and how it serves a request. */
function instance(push: Push) {
  const pushmeter = createPushmeter({ service: "courses", push: () => push, onError: () => {} });
  const recorder = recorderOf(pushmeter);
  const platform = () => ({ adapterFlushes: true });
  const request = (status = 200) => {
    const invocation = recorder.begin("http", platform, {});
    if (!invocation) throw new Error("metrics are switched off");
    invocation.route = "/courses";
    recorder.endHttp(invocation, { method: "GET", url: "http://courses.example/" }, { status }, platform);
  };
  return { pushmeter, request };
}

describe("DevReceiver", () => {
  it.each(WIRES)("counts what comes by %s, by route and outcome", async (wire, destination) => {
    const receiver = new DevReceiver();
    const { pushmeter, request } = instance(destination(fetchOf(receiver)));
    for (let i = 0; i < 7; i++) request();
    request(503);
    expect(await pushmeter.flush()).toBe(true);
    request();
    expect(await pushmeter.flush()).toBe(true);
    const { requests, failed, calls, instanceRows, pushRows } = receiver.snapshot(URL);
    expect([requests, failed]).toEqual([9, 1]);
    expect(calls).toMatchObject([
      { name: "GET /courses", total: 9, outcomes: { success: 8, server_error: 1 } },
    ]);
    expect(instanceRows).toMatchObject([{ job: "courses", wire, requests: 9, state: "live" }]);
    expect(pushRows[0]).toMatchObject({ wire, job: "courses", reason: "" });
    await pushmeter.shutdown();
  });

  it("keeps native histograms, with their latencies", async () => {
    const receiver = new DevReceiver();
    const destination = remoteWrite({ url: write, fetch: fetchOf(receiver), histograms: nativeHistograms() });
    const { pushmeter, request } = instance(destination);
    for (let i = 0; i < 5; i++) request();
    expect(await pushmeter.flush()).toBe(true);
    const { requests, calls } = receiver.snapshot(URL);
    expect(requests).toBe(5);
    expect(calls[0]?.p95).toBeGreaterThan(0);
    await pushmeter.shutdown();
  });

  it("adds deltas up, and counts a batch once though its answer was lost", async () => {
    const receiver = new DevReceiver();
    const send = fetchOf(receiver);
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const response = await send(input, init);
      if (lost++ === 0) throw new TypeError("connection reset");
      return response;
    };
    const { pushmeter, request } = instance(
      otlp({ url: `${URL}/v1/metrics`, fetch: losing, temporality: "delta" }),
    );
    for (let i = 1; i <= 3; i++) {
      for (let j = 0; j < i; j++) request();
      await pushmeter.flush();
    }
    expect(lost).toBeGreaterThan(1);
    expect(receiver.snapshot(URL).requests).toBe(6);
    await pushmeter.shutdown();
  });

  it("refuses every push while it is cut; afterwards the totals catch up", async () => {
    let now = Date.now();
    const receiver = new DevReceiver(() => now);
    const send = fetchOf(receiver);
    const message = (count: number) =>
      send(`${URL}/metrics/job/courses/instance/a`, {
        method: "PUT",
        body: `# TYPE http_server_request_duration_seconds histogram\nhttp_server_request_duration_seconds_count{http_request_method="GET"} ${count}\n`,
      });
    expect((await message(4)).status).toBe(200);
    receiver.cut.begin(10_000);
    now += 9000;
    const refused = await message(6);
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining("cut")]);
    expect(receiver.snapshot(URL)).toMatchObject({ requests: 4, pushes: { accepted: 1, refused: 1 } });
    now += 2000;
    expect((await message(9)).status).toBe(200);
    expect(receiver.snapshot(URL)).toMatchObject({ requests: 9, cutUntil: 0 });
  });

  it("ends an instance whose group is deleted, and keeps what it counted", async () => {
    const receiver = new DevReceiver();
    const send = fetchOf(receiver);
    const group = `${URL}/metrics/job/courses/instance/a`;
    await send(group, { method: "PUT", body: "http_request_duration_seconds_count 3\nusers 2\n" });
    expect((await send(group, { method: "DELETE" })).status).toBe(202);
    const { requests, instances, instanceRows } = receiver.snapshot(URL);
    expect([requests, instances.ended, instanceRows[0]?.state]).toEqual([3, 1, "ended"]);
  });

  it.each([
    ["/api/v1/write", { method: "POST", body: "no" }, 415],
    ["/v1/metrics", { method: "POST", body: "no", headers: { "content-type": "application/json" } }, 400],
    ["/metrics/job/a", { method: "PUT", body: "no metric" }, 400],
    ["/metrics/job/a", { method: "PATCH", body: "x 1\n" }, 405],
  ])("answers %s with what is wrong with %j, and shows it", async (path, init, status) => {
    const receiver = new DevReceiver();
    const response = await fetchOf(receiver)(`${URL}${path}`, init);
    expect(response.status).toBe(status);
    const { pushes, pushRows } = receiver.snapshot(URL);
    expect(pushes.refused).toBe(1);
    expect(pushRows[0]?.reason).toBe((await response.text()).trim());
  });
});
