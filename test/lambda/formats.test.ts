/** Whatever people build their Lambda with: it builds, it starts, everything is counted, and callers do not wait. */
import { hasRuntimeClient } from "@pushmeter/testkit/lambda/has-runtime-client";
import { describe, expect, it } from "vitest";
import { FORMATS, measure } from "./formats.ts";

const INVOCATIONS = 5;

describe.runIf(await hasRuntimeClient())("a Lambda", () => {
  it.each(FORMATS)("by $bundler, on Node $node, with registration: $registration", async (format) => {
    const { extensions, counted } = await measure(format, INVOCATIONS, 2_000);
    expect(counted).toBe(INVOCATIONS);
    expect(extensions).toBe(format.registration === "off" ? 0 : 1);
  });
});
