import { ValueType } from "@opentelemetry/api";
import { createPushmeter } from "@pushmeter/sdk";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import { Receiver } from "@pushmeter/sdk/testing";
import { DROPPED } from "@pushmeter/testkit/published";
import { expect, it } from "vitest";

function setUp() {
  const receiver = new Receiver();
  const errors: unknown[] = [];
  const pushmeter = createPushmeter({
    service: "courses",
    push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch }),
    onError: (error) => errors.push(error),
  });
  return { receiver, errors, pushmeter };
}

it("two histograms of a name with other bounds disturb no other metric, and what cannot be kept is counted", async () => {
  const { receiver, errors, pushmeter } = setUp();
  const histogram = (bounds: number[], valueType: ValueType) =>
    pushmeter.meter.createHistogram("app.size", { valueType, advice: { explicitBucketBoundaries: bounds } });
  const doubles = histogram([1, 2], ValueType.DOUBLE);
  const integers = histogram([7], ValueType.INT);
  const logins = pushmeter.meter.createCounter("app.logins");
  for (let i = 1; i <= 3; i++) {
    doubles.record(1.5);
    integers.record(4);
    logins.add(1);
    expect(await pushmeter.flush()).toBe(true);
    expect(receiver.total("app_size_count")).toBe(i);
    expect(receiver.total("app_logins_total")).toBe(i);
  }
  expect(receiver.total(DROPPED, { reason: "bounds_conflict" })).toBe(2);
  expect(errors).toMatchObject([
    { message: expect.stringMatching(/app.size is not stored \(bounds_conflict\)/) },
  ]);
});

it("a counter and an up-down counter of a name are two metrics", async () => {
  const { receiver, pushmeter } = setUp();
  pushmeter.meter.createCounter("app.seats").add(7);
  pushmeter.meter.createUpDownCounter("app.seats").add(-3);
  await pushmeter.flush();
  expect(receiver.total("app_seats_total")).toBe(7);
  expect(receiver.total("app_seats")).toBe(-3);
});
