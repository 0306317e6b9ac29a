import { expect, it } from "vitest";
import { Metered } from "../recording/metered.ts";
import { resourceOf } from "../resource.ts";
import { textOf } from "./text.ts";
import { translate } from "./translate.ts";

it("is the text that the specification asks for", async () => {
  const metered = new Metered();
  const { meter } = metered;
  meter
    .createCounter("logins", { description: "Back\\slash,\nnew line." })
    .add(2, { text: 'a "b"\\\n', "ä.1": 1 });
  const level = meter.createGauge("level");
  for (const value of [Infinity, -Infinity, Number.NaN, -0.5]) level.record(value, { value: `${value}` });
  const explicitBucketBoundaries = [0.5, 1, 1e6, Infinity];
  const size = meter.createHistogram("size", { unit: "By", advice: { explicitBucketBoundaries } });
  for (const value of [0.1, 1, 7, 2e6]) size.record(value);

  const resource = resourceOf({ "service.name": "courses", "host.name": "one" });
  expect(textOf(translate(await metered.collect(resource)).families).split("\n")).toEqual([
    "# HELP logins_total Back\\\\slash,\\nnew line.",
    "# TYPE logins_total counter",
    'logins_total{_1="1",text="a \\"b\\"\\\\\\n"} 2',
    "# TYPE level gauge",
    'level{value="Infinity"} +Inf',
    'level{value="-Infinity"} -Inf',
    'level{value="NaN"} NaN',
    'level{value="-0.5"} -0.5',
    "# TYPE size_bytes histogram",
    'size_bytes_bucket{le="0.5"} 1',
    'size_bytes_bucket{le="1.0"} 2',
    'size_bytes_bucket{le="1e+06"} 3',
    'size_bytes_bucket{le="+Inf"} 4',
    "size_bytes_sum 2000008.1",
    "size_bytes_count 4",
    "# HELP target_info Target metadata",
    "# TYPE target_info gauge",
    'target_info{host_name="one"} 1',
    "",
  ]);
  expect(textOf(translate({ resource, scopeMetrics: [] }).families)).toBe("");
});
