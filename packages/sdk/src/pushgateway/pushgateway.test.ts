import { DROPPED } from "@pushmeter/testkit/published";
import { describe, expect, it } from "vitest";
import type { PushResult } from "../destination.ts";
import { createPushmeter } from "../index.ts";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { FakeRuntime, Receiver } from "../testing/index.ts";
import { groupPath } from "./grouping-key.ts";
import { type PushgatewayOptions, pushgateway } from "./index.ts";

/** One instance that pushes to a Pushgateway. */
class Pusher {
  readonly requests: Request[] = [];
  readonly #metered = new Metered();
  readonly #resource;
  readonly meter = this.#metered.meter;
  readonly destination;

  constructor(
    receiver: Receiver,
    options: Partial<PushgatewayOptions> = {},
    job = "courses",
    instance = "i-1",
  ) {
    this.#resource = resourceOf({ "service.name": job, "service.instance.id": instance });
    this.destination = pushgateway({
      url: "http://gateway/",
      fetch: (request) => {
        this.requests.push(request.clone());
        return receiver.fetch(request);
      },
      ...options,
    });
  }

  async push(): Promise<PushResult> {
    const metrics = await this.#metered.collect(this.#resource);
    return new Promise((resolve) => this.destination.export(metrics, resolve));
  }
}

describe("groupPath", () => {
  it.each([
    ["courses", "/metrics/job/courses"],
    ["a/b", "/metrics/job@base64/YS9i"],
    ["", "/metrics/job@base64/="],
    ["a+b c", "/metrics/job@base64/YStiIGM="],
    ["naïve ☃", "/metrics/job@base64/bmHDr3ZlIOKYgw=="],
    ["..", "/metrics/job@base64/Li4="],
    ["??>>", "/metrics/job@base64/Pz8-Pg=="],
  ])("of %j is %s", (job, path) => {
    expect(groupPath(job, {})).toBe(path);
  });

  it("has further labels after the job", () => {
    expect(groupPath("courses", { instance: "i-1", region: "eu/west" })).toBe(
      "/metrics/job/courses/instance/i-1/region@base64/ZXUvd2VzdA==",
    );
  });
});

describe("pushgateway", () => {
  it("pushes totals into the instance's own group", async () => {
    const receiver = new Receiver();
    const [one, two] = [
      new Pusher(receiver),
      new Pusher(receiver, { grouping: { region: "weur" } }, "courses", "i-2"),
    ];
    one.meter.createCounter("logins").add(5, { result: "success" });
    two.meter.createCounter("logins").add(2, { result: "success" });
    await one.push();
    await two.push();
    await one.push();
    expect(
      receiver.series("logins_total").map(({ labels, samples }) => [labels, samples.at(-1)?.value]),
    ).toEqual([
      [{ job: "courses", instance: "i-1", result: "success" }, 5],
      [{ job: "courses", instance: "i-2", region: "weur", result: "success" }, 2],
    ]);
  });

  it.each([
    [{}, "PUT", "gzip"],
    [{ method: "POST", gzip: false }, "POST", null],
  ] as const)("with %j sends %s, encoding %s", async (options, method, encoding) => {
    const receiver = new Receiver();
    const pusher = new Pusher(receiver, options);
    pusher.meter.createCounter("logins").add(1);
    expect(await pusher.push()).toMatchObject({ code: 0 });
    const [request] = pusher.requests;
    expect([request?.method, request?.headers.get("content-encoding")]).toEqual([method, encoding]);
    expect(request?.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(receiver.total("logins_total")).toBe(1);
  });

  it("deletes its group on shutdown if asked to, and leaves it otherwise", async () => {
    for (const deleteOnShutdown of [true, false]) {
      const receiver = new Receiver();
      const pusher = new Pusher(receiver, { deleteOnShutdown });
      pusher.meter.createCounter("logins").add(1);
      await pusher.push();
      await pusher.destination.shutdown();
      expect(receiver.series("logins_total")).toHaveLength(deleteOnShutdown ? 0 : 1);
    }
  });

  it("reports what the Pushgateway refuses", async () => {
    const pusher = new Pusher(new Receiver(), {
      fetch: async () => new Response("bad type", { status: 400 }),
    });
    pusher.meter.createCounter("logins").add(1);
    expect(await pusher.push()).toMatchObject({
      code: 1,
      error: { message: "pushgateway to http://gateway/: refused with 400: bad type", result: "refused" },
    });
  });

  it("sends nothing when there is nothing to send", async () => {
    const pusher = new Pusher(new Receiver());
    expect(await pusher.push()).toMatchObject({ code: 0 });
    expect(pusher.requests).toEqual([]);
  });
});

describe("two pushmeters that share one pushgateway({ deleteOnShutdown })", () => {
  it("each delete their own group (one was deleted twice and the other leaked)", async () => {
    const receiver = new Receiver();
    const push = pushgateway({ url: "http://gateway", fetch: receiver.fetch, deleteOnShutdown: true });
    const pushmeters = ["courses", "search"].map((service) => createPushmeter({ service, push }));
    for (const { meter } of pushmeters) meter.createCounter("logins").add(1);
    for (const pushmeter of pushmeters) await pushmeter.flush();
    const jobs = () => receiver.series("logins_total").map(({ labels }) => labels.job);
    expect(jobs()).toEqual(["courses", "search"]);
    await pushmeters[1]?.shutdown();
    expect(jobs()).toEqual(["courses"]);
    await pushmeters[0]?.shutdown();
    expect(jobs()).toEqual([]);
  });
});

describe("a deploy that changes a metric's type while the old group exists (all of it was refused)", () => {
  /** The old version has pushed; the new one has other types for `seats` and `size`. */
  async function deploy() {
    const receiver = new Receiver();
    const runtime = new FakeRuntime();
    const push = () =>
      pushgateway(
        { url: "http://gateway", fetch: receiver.fetch, gzip: false, deleteOnShutdown: true },
        runtime,
      );
    const old = createPushmeter({ service: "courses", push: push() }, runtime);
    old.meter.createCounter("seats").add(1);
    old.meter.createGauge("size.count").record(1);
    await old.flush();
    const errors: unknown[] = [];
    const pushmeter = createPushmeter(
      { service: "courses", push: push(), onError: (error) => errors.push(error) },
      runtime,
    );
    const { meter } = pushmeter;
    return { receiver, runtime, old, errors, pushmeter, meter };
  }

  it("pushes the other metrics, reports the refused ones once by name and counts them", async () => {
    const { receiver, runtime, old, errors, pushmeter, meter } = await deploy();
    const [logins, seats] = [meter.createCounter("logins"), meter.createGauge("seats.total")];
    const size = meter.createHistogram("size");
    for (let i = 1; i <= 3; i++) {
      logins.add(1);
      seats.record(7);
      size.record(1);
      const before = receiver.accepted + receiver.refused;
      expect(await runtime.until(pushmeter.flush())).toBe(false);
      expect(receiver.accepted + receiver.refused - before).toBe(i === 1 ? 2 : 1);
      expect(receiver.total("logins_total")).toBe(i);
    }
    expect(errors).toEqual([
      expect.objectContaining({
        result: "refused",
        message: expect.stringMatching(
          /refused 2 of \d+ metrics \((seats_total, size|size, seats_total)\) with 400/,
        ),
      }),
    ]);
    expect(receiver.total(DROPPED, { reason: "refused" })).toBe(4);

    await old.shutdown();
    await runtime.advance(600_000);
    expect(await runtime.until(pushmeter.flush())).toBe(true);
    expect([receiver.total("seats_total"), receiver.total("size_count")]).toEqual([7, 3]);
  });

  it("pushes nothing and says so if everything is refused", async () => {
    const { receiver, runtime, errors, pushmeter, meter } = await deploy();
    meter.createGauge("seats.total").record(1);
    const before = receiver.refused;
    expect(await runtime.until(pushmeter.flush())).toBe(false);
    expect([receiver.refused - before, errors.length]).toEqual([1, 1]);
  });
});
