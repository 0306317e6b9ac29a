/** `@pushmeter/sdk/testing`: a receiver and a clock for tests, on every runtime. */
export { FakeRuntime, type FakeRuntimeOptions } from "./fake-runtime.ts";
export { type ReceivedSample, type ReceivedSeries, Receiver, type ReceiverOptions } from "./receiver.ts";
