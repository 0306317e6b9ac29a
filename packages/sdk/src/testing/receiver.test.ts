import { describe, expect, it } from "vitest";
import { recorderOf } from "../adapter/index.ts";
import type { Destination } from "../destination.ts";
import { createPushmeter, type Pushmeter } from "../index.ts";
import { pushgateway } from "../pushgateway/index.ts";
import { remoteWrite } from "../remote-write/index.ts";
import type { Runtime } from "../runtime.ts";
import { FakeRuntime } from "./fake-runtime.ts";
import { Receiver } from "./receiver.ts";

const URL_OF_WRITE = "http://prometheus/api/v1/write";
const NAMESPACE = 'Ünï/"quo\\ted"';

type Push = (fetch: Receiver["fetch"], runtime: Runtime) => Destination;

const WIRES: [string, Push][] = [
  ["remote write", (fetch, runtime) => remoteWrite({ url: URL_OF_WRITE, fetch }, runtime)],
  // The fake clock does not wait for a thread that compresses.
  [
    "Pushgateway with PUT",
    (fetch, runtime) => pushgateway({ url: "http://gateway", fetch, gzip: false }, runtime),
  ],
  [
    "Pushgateway with POST",
    (fetch, runtime) => pushgateway({ url: "http://gateway", fetch, method: "POST", gzip: false }, runtime),
  ],
];

function start(push: Push): {
  receiver: Receiver;
  runtime: FakeRuntime;
  pushmeter: Pushmeter;
  errors: unknown[];
} {
  const runtime = new FakeRuntime();
  const receiver = new Receiver({ now: () => runtime.now() });
  const errors: unknown[] = [];
  const pushmeter = createPushmeter(
    {
      service: { namespace: NAMESPACE, name: "courses", version: "1\n2" },
      push: push(receiver.fetch, runtime),
      onError: (error) => errors.push(error),
    },
    runtime,
  );
  return { receiver, runtime, pushmeter, errors };
}

function invoke(pushmeter: Pushmeter, route: string, status: number): void {
  const request = new Request(`http://courses${route}`);
  const invocation = recorderOf(pushmeter).begin("http", () => ({}), request);
  if (!invocation) throw new Error("metrics are switched off");
  invocation.route = route;
  recorderOf(pushmeter).endHttp(invocation, request, { status }, () => ({}));
}

/** Everything but times: what both wires must agree on. */
function snapshot(receiver: Receiver): string[] {
  return receiver
    .series()
    .filter(({ name }) => !/^push(meter)?_/.test(name))
    .map(({ name, labels, samples }) => {
      const sorted = Object.entries(labels).sort();
      return `${name} ${JSON.stringify(sorted)} ${samples.at(-1)?.value}`;
    })
    .sort();
}

async function record(pushmeter: Pushmeter): Promise<void> {
  const { meter } = pushmeter;
  meter.createCounter("app.logins").add(3, { method: 'a"b\\c\nd/é😀', job: "mine" });
  meter.createGauge("app.users", { unit: "{user}" }).record(-1.5);
  const sizes = meter.createHistogram("app.size", {
    unit: "By",
    advice: { explicitBucketBoundaries: [0, 0.00001, 0.00025, 1, 2.5, 99_999, 1_048_576] },
  });
  sizes.record(2);
  for (const status of [200, 200, 404, 500]) invoke(pushmeter, "/courses/:id", status);
}

describe("Receiver", () => {
  it.each(WIRES)("receives the exact numbers by %s", async (_, push) => {
    const { receiver, pushmeter, errors } = start(push);
    await record(pushmeter);
    expect(await pushmeter.flush()).toBe(true);
    invoke(pushmeter, "/courses/:id", 200);
    expect(await pushmeter.flush()).toBe(true);

    const count = "http_server_request_duration_seconds_count";
    expect(errors).toEqual([]);
    expect([receiver.accepted, receiver.refused]).toEqual([2, 0]);
    expect(receiver.total(count)).toBe(5);
    expect(receiver.total(count, { http_response_status_code: "200" })).toBe(3);
    expect(receiver.total("http_server_request_duration_seconds_bucket", { le: "1.0" })).toBe(5);
    const [logins] = receiver.series("app_logins_total");
    expect(logins?.labels).toMatchObject({
      job: `${NAMESPACE}/courses`,
      instance: "instance-1",
      method: 'a"b\\c\nd/é😀',
      exported_job: "mine",
    });
    await pushmeter.shutdown();
  });

  it("receives the same series over both wires", async () => {
    const snapshots: string[][] = [];
    for (const [, push] of WIRES) {
      const { receiver, pushmeter } = start(push);
      await record(pushmeter);
      await pushmeter.flush();
      snapshots.push(snapshot(receiver));
      await pushmeter.shutdown();
    }
    const [remoteWrite, put, post] = snapshots;
    expect(remoteWrite?.length).toBeGreaterThan(50);
    expect(put).toEqual(remoteWrite);
    expect(post).toEqual(remoteWrite);
  });

  it("adds up the instances", async () => {
    const runtime = new FakeRuntime();
    const receiver = new Receiver({ now: () => runtime.now() });
    for (let instance = 0; instance < 3; instance++) {
      const push = remoteWrite({ url: URL_OF_WRITE, fetch: receiver.fetch }, runtime);
      const pushmeter = createPushmeter({ service: "courses", push }, runtime);
      invoke(pushmeter, "/", 200);
      await pushmeter.flush();
    }
    expect(receiver.total("http_server_request_duration_seconds_count")).toBe(3);
    expect(receiver.total("http_server_request_duration_seconds_count", { instance: "instance-2" })).toBe(1);
  });

  it("removes the group on shutdown with deleteOnShutdown", async () => {
    const { receiver, pushmeter } = start((fetch, runtime) =>
      pushgateway({ url: "http://gateway", fetch, deleteOnShutdown: true }, runtime),
    );
    invoke(pushmeter, "/", 200);
    await pushmeter.flush();
    expect(receiver.series()).not.toEqual([]);
    await pushmeter.shutdown();
    expect(receiver.series()).toEqual([]);
  });

  it("plays with the fake clock: a lingering push comes when time is advanced, not before", async () => {
    const { receiver, runtime, pushmeter } = start((fetch, runtime) =>
      remoteWrite({ url: URL_OF_WRITE, fetch }, runtime),
    );
    const request = new Request("http://courses/");
    let lingering: Promise<unknown> | undefined;
    const platform = () => ({
      env: {},
      waitUntil: (promise: Promise<unknown>) => {
        lingering = promise;
      },
    });
    const invocation = recorderOf(pushmeter).begin("http", platform, request);
    if (!invocation) throw new Error("metrics are switched off");
    recorderOf(pushmeter).endHttp(invocation, request, { status: 200 }, platform);
    await runtime.advance(4_999);
    expect(receiver.accepted).toBe(0);
    await runtime.advance(1);
    expect(receiver.accepted).toBe(1);
    await lingering;
    expect(receiver.total("http_server_request_duration_seconds_count")).toBe(1);
  });
});

describe("assertCounted of a Receiver", () => {
  const name = "app_logins_total";

  function service() {
    const receiver = new Receiver();
    const push = remoteWrite({ url: URL_OF_WRITE, fetch: receiver.fetch });
    const pushmeter = createPushmeter({ service: "courses", push });
    return { receiver, pushmeter, logins: pushmeter.meter.createCounter("app.logins") };
  }

  it("waits until as many have arrived", async () => {
    const { receiver, pushmeter, logins } = service();
    const counted = receiver.assertCounted(name, { result: "success" }, 3).then(() => receiver.accepted);
    for (const value of [1, 1, 1]) {
      logins.add(value, { result: "success" });
      await pushmeter.flush();
    }
    expect(await counted).toBe(3);
    await receiver.assertCounted(name);
  });

  it("lists what has arrived if it does not come in time", async () => {
    const { receiver, pushmeter, logins } = service();
    logins.add(1, { result: "failure" });
    await pushmeter.flush();
    await expect(receiver.assertCounted(name, { result: "success" }, 1, { timeout: 1 })).rejects.toThrow(
      /^app_logins_total\{result="success"\} is 0, expected 1\n\nRecorded under this name:\n {2}app_logins_total\{.*result="failure"\} 1$/,
    );
  });
});
