/**
 * `@pushmeter/sdk/testing`: what a pushmeter records, a receiver and a clock, for tests on every runtime.
 * @module @pushmeter/sdk/testing
 */
export { FakeRuntime, type FakeRuntimeOptions } from "./fake-runtime.ts";
export type { Listening } from "./listen.ts";
export { type ReceivedSample, type ReceivedSeries, Receiver, type ReceiverOptions } from "./receiver.ts";
export type { ReceivedMetadata } from "./series.ts";
export type { TestHistogram } from "./test-histogram.ts";
export { type TestMeter, testMeter } from "./test-meter.ts";
export type { TestSeries, WantedLabels } from "./test-series.ts";
