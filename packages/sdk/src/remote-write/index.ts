/**
 * `@pushmeter/sdk/remote-write`: pushes to a Prometheus remote-write endpoint.
 * @module @pushmeter/sdk/remote-write
 */
import { cumulativeDestination, type Destination, sumOf } from "../destination.ts";
import { DEFAULT_BUCKETS, EXPONENTIAL_BUCKETS, HISTOGRAM } from "../enumerations.ts";
import type { NativeHistograms } from "../histogram.ts";
import { ENDPOINT_OPTIONS, Endpoint, type EndpointOptions } from "../http/endpoint.ts";
import { toClassic } from "../native-histograms/exponential.ts";
import { checkNames, checkOneOf, invalid } from "../options.ts";
import { type LabelCache, type TranslateOptions, translate } from "../prometheus/translate.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { Encoder } from "./encoder.ts";
import { Ledger } from "./ledger.ts";
import { Push } from "./push.ts";
import { type Protocol, Receiver } from "./receiver.ts";

export type { Auth, Basic, EndpointOptions, Signer } from "../http/endpoint.ts";
export type { Protocol } from "./receiver.ts";

/** `url` is the whole endpoint, for Prometheus `http://host:9090/api/v1/write`. */
export interface RemoteWriteOptions extends EndpointOptions {
  /**
   * The version of remote write. `"auto"`, the default: 2.0 first, and 1.0 for the rest of the instance's life once
   * the receiver shows that it does not understand it; `"2.0"` and `"1.0"`: that version only. Counters begin
   * with a sample of zero in both, for most receivers ignore the start timestamps that 2.0 carries as well.
   */
  readonly protocol?: Protocol | undefined;
  /**
   * `nativeHistograms()` from `@pushmeter/sdk/native-histograms`: histograms are recorded with OpenTelemetry's
   * exponential buckets and sent as native histograms, by either version of remote write; for Prometheus with
   * `--enable-feature=native-histograms`, or from 3.8 on. A receiver that refuses them gets classic ones for the
   * rest of the instance's life: count and sum exact, each exponential bucket in the classic one where its middle
   * is. What is recorded before the first invocation stays classic where `push` is a function. `"classic"`, the
   * default: buckets with bounds.
   */
  readonly histograms?: "classic" | NativeHistograms | undefined;
}

/**
 * A destination that speaks Prometheus remote write; also a standard OpenTelemetry `PushMetricExporter`. Its
 * `shutdown` ends the series with stale markers.
 *
 * @example
 * ```ts
 * remoteWrite({ url: "https://prometheus.example/api/v1/write", auth: { bearer: token } });
 * ```
 * @param runtime - clock, randomness and fetch, for tests.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function remoteWrite(options: RemoteWriteOptions, runtime: Runtime = systemRuntime): Destination {
  checkNames("remoteWrite", options, `${ENDPOINT_OPTIONS} protocol histograms`);
  const { protocol = "auto", histograms = "classic" } = options;
  checkOneOf("remoteWrite protocol", protocol, ["auto", "1.0", "2.0"]);
  const native = histograms === "classic" ? undefined : histograms;
  if (native && typeof native.of !== "function") {
    const accepted = '"classic", or nativeHistograms() from @pushmeter/sdk/native-histograms';
    invalid("remoteWrite histograms", histograms, accepted);
  }
  const wanted = "the whole write endpoint, for Prometheus http://host:9090/api/v1/write";
  const endpoint = new Endpoint("remoteWrite", options, runtime, wanted);
  const receiver = new Receiver(protocol, endpoint.clock);
  const encoder = new Encoder();
  const takesNative = () => native !== undefined && receiver.takesNative;
  const exponential: TranslateOptions["exponential"] =
    native && ((value, bounds) => (takesNative() ? native.of(value) : toClassic(value, bounds)));
  /** Several instances may share one destination. */
  const ledgers = new Map<string, Ledger>();
  const cache: LabelCache = new WeakMap();
  let ownInstance: string | undefined;

  const destination = cumulativeDestination(
    async (metrics, options) => {
      const { timeout = endpoint.timeout } = options;
      const end = runtime.monotonic() + timeout;
      for (;;) {
        const translation = translate(metrics, { cache, exponential });
        const { families, job, instance, dropped, conflicts } = translation;
        if (!families.length) return { code: 0, dropped, conflicts };
        // Two writers of one series send out-of-order samples; a foreign provider may not name an instance.
        ownInstance ??= instance || runtime.instanceId();
        const labels = { job, instance: instance || ownInstance };
        const key = JSON.stringify(labels);
        const ledger = ledgers.get(key) ?? new Ledger(labels, endpoint.clock, () => runtime.instanceId());
        ledgers.set(key, ledger);
        const batch = ledger.start(runtime.now(), translation);
        const push = new Push(endpoint, receiver, ledger, encoder, batch);
        const result = await push.run({ ...options, timeout: end - runtime.monotonic() });
        // Once more, with classic ones.
        if (push.needsClassic) continue;
        const details = result.details && { ...result.details, series: batch.requests.flat().length };
        return { ...result, details, dropped: sumOf(dropped, result.dropped), conflicts };
      }
    },
    async ({ instance } = {}) => {
      for (const [key, ledger] of ledgers) {
        if (instance !== undefined && JSON.parse(key).instance !== instance) continue;
        const push = new Push(endpoint, receiver, ledger, encoder, ledger.end(runtime.now(), takesNative()));
        const { error } = await push.run({ last: true });
        if (error) throw error;
      }
    },
  );
  const write: Destination["write"] & {} = async (metrics, { time, stale = false, ...options }) => {
    receiver.searches = false;
    const translation = translate(metrics, { exponential });
    const { families, job, instance, dropped } = translation;
    if (!families.length) return { code: 0, dropped };
    const ledger = new Ledger({ job, instance }, endpoint.clock, () => runtime.instanceId());
    const batch = ledger.start(time, translation);
    const push = new Push(endpoint, receiver, ledger, encoder, { ...batch, isStale: stale });
    const result = await push.run(options);
    if (push.needsClassic) return write(metrics, { time, stale, ...options });
    const refused = push.queue.length ? undefined : push.refused;
    return { ...result, refused, dropped: sumOf(dropped, result.dropped) };
  };
  destination.write = write;
  destination.selectAggregation = (type) => ({
    type: takesNative() && type === HISTOGRAM ? EXPONENTIAL_BUCKETS : DEFAULT_BUCKETS,
  });
  return native ? { ...destination, native } : destination;
}
