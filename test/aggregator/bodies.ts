/** Bodies that no sender should send. */
import type { Random } from "@pushmeter/testkit/test-random";

/** OTLP in JSON of the service `hostile`, with anything in the place of what belongs there. */
export function hostileBody(random: Random): string {
  const text = (length: number) => "x".repeat(random.below(length));
  const anything = (depth = 0): unknown =>
    random.pick<() => unknown>([
      () => null,
      () => random.below(3) - 1,
      () => text(3000),
      () => Number.MAX_VALUE,
      () => (depth > 6 ? {} : [anything(depth + 1)]),
      () => (depth > 6 ? [] : { [text(20)]: anything(depth + 1), __proto__: anything(depth + 1) }),
    ])();
  const point = () => ({
    attributes: Array.from({ length: random.below(80) }, (_, i) => ({
      key: random.pick([`k${i}`, "__proto__", text(2000)]),
      value: random.pick([{ stringValue: text(5000) }, { intValue: anything() }, { arrayValue: anything() }]),
    })),
    timeUnixNano: random.pick<unknown>(["1700000000000000000", 0, "-1", anything(), "99999999999999999999"]),
    startTimeUnixNano: random.pick<unknown>(["1", "1700000000000000000", anything()]),
    asDouble: random.pick<unknown>([1, -1, 1e308, "NaN", "Infinity", anything()]),
    count: random.pick<unknown>([1, 0, "1", anything()]),
    bucketCounts: random.pick<unknown>([[1], [1, 0], anything(), Array.from({ length: 300 }, () => 1)]),
    explicitBounds: random.pick<unknown>([
      [],
      [1],
      [2, 1],
      anything(),
      Array.from({ length: 299 }, (_, i) => i),
    ]),
    scale: random.pick<unknown>([0, 20, -10, 99, anything()]),
    zeroCount: random.pick<unknown>([0, 1, anything()]),
    positive: random.pick<unknown>([
      { offset: 2 ** 31, bucketCounts: [1] },
      { offset: -9, bucketCounts: [1] },
      anything(),
    ]),
  });
  const kind = () => ({
    aggregationTemporality: random.pick<unknown>([1, 2, 0, anything()]),
    isMonotonic: random.pick<unknown>([true, false, anything()]),
    dataPoints: Array.from({ length: random.below(5) }, point),
  });
  const metrics = Array.from({ length: random.below(4) }, () => ({
    name: random.pick<unknown>(["hostile", text(400), anything()]),
    unit: random.pick<unknown>(["", "s", text(400), anything()]),
    [random.pick(["sum", "gauge", "histogram", "exponentialHistogram", "summary", "other"])]: kind(),
  }));
  const attributes = [
    { key: "service.name", value: { stringValue: "hostile" } },
    { key: "service.instance.id", value: { stringValue: text(2000) } },
  ];
  const resourceMetrics = [{ resource: { attributes }, scopeMetrics: [{ metrics }] }];
  return JSON.stringify({ resourceMetrics });
}

/**
 * Random bytes, or a valid body with some bytes changed or its end cut off.
 *
 * @param i - counts the bodies: every second one is of random bytes.
 */
export function randomBody(
  random: Random,
  valid: Buffer<ArrayBuffer>,
  i: number,
): { headers: Record<string, string>; body: Buffer<ArrayBuffer> } {
  const type = random.next() < 0.5 ? "application/json" : "application/x-protobuf";
  const headers = { "content-type": type, ...(random.next() < 0.1 && { "content-encoding": "gzip" }) };
  if (i % 2) {
    return { headers, body: Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256))) };
  }
  const mutant = Buffer.from(valid);
  for (let n = 1 + random.below(4); n > 0; n--) mutant[random.below(mutant.length)] = random.below(256);
  const length = random.next() < 0.3 ? random.below(mutant.length) : mutant.length;
  return { headers, body: mutant.subarray(0, length) };
}
