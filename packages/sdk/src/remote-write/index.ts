/** `@pushmeter/sdk/remote-write`: pushes to a Prometheus remote-write endpoint. */
import { cumulativeDestination, type Destination } from "../destination.ts";
import { DEFAULT_BUCKETS, EXPONENTIAL_BUCKETS, HISTOGRAM } from "../enumerations.ts";
import { TARGET_OPTIONS, Target, type TargetOptions } from "../http/target.ts";
import { checkNames, checkOneOf } from "../options.ts";
import { type LabelCache, translate } from "../prometheus/translate.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { Encoder } from "./encoder.ts";
import { type Protocol, Sender } from "./sender.ts";

export type { Auth } from "../http/target.ts";
export type { Protocol } from "./sender.ts";

/** `url` is the whole endpoint, for Prometheus `http://host:9090/api/v1/write`. */
export interface RemoteWriteOptions extends TargetOptions {
  /**
   * The version of remote write. `"auto"`, the default: 2.0 first, and 1.0 for the rest of the instance's life once
   * the receiver shows that it does not understand it; counters begin with a sample of zero, for most receivers
   * ignore start timestamps. `"2.0"`: start timestamps only, for a receiver that reads them (Prometheus with
   * `--enable-feature=created-timestamp-zero-ingestion`). `"1.0"`: samples of zero.
   */
  readonly protocol?: Protocol | undefined;
  /**
   * `"native"`: histograms are recorded with OpenTelemetry's exponential buckets and sent as native histograms, by
   * either version of remote write; for Prometheus with `--enable-feature=native-histograms`, or from 3.8 on. A
   * receiver that refuses them gets classic ones for the rest of the instance's life: count and sum exact, each
   * exponential bucket in the classic one where its middle is. What is recorded before the first invocation stays
   * classic where `push` is a function. `"classic"`, the default: buckets with bounds.
   */
  readonly histograms?: "classic" | "native" | undefined;
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
  checkNames("remoteWrite", options, `${TARGET_OPTIONS} protocol histograms`);
  const { protocol = "auto", histograms = "classic" } = options;
  checkOneOf("remoteWrite protocol", protocol, ["auto", "1.0", "2.0"]);
  checkOneOf("remoteWrite histograms", histograms, ["classic", "native"]);
  const target = new Target("remoteWrite", options, runtime);
  const sender = new Sender(target, runtime, protocol);
  const takesNative = () => histograms === "native" && sender.takesNative;
  /** Several instances may share one destination. */
  const encoders = new Map<string, Encoder>();
  const labelCache: LabelCache = new WeakMap();
  let ownInstance: string | undefined;

  const destination = cumulativeDestination(
    async (metrics, timeout = target.timeout) => {
      const end = runtime.monotonic() + timeout;
      for (;;) {
        const native = takesNative();
        const translation = translate(metrics, labelCache, native);
        const { families, job, instance, dropped } = translation;
        if (!families.length) return dropped;
        // Two writers of one series would refute each other; somebody else's provider may not name an instance.
        ownInstance ??= instance || runtime.instanceId();
        const labels = { job, instance: instance || ownInstance };
        const key = JSON.stringify(labels);
        const encoder = encoders.get(key) ?? new Encoder(labels);
        encoders.set(key, encoder);
        const batch = encoder.start(runtime.now(), translation);
        try {
          await sender.push(encoder, batch, end);
          return dropped;
        } catch (error) {
          // Once more, with classic ones.
          if (native === takesNative()) throw error;
        }
      }
    },
    async () => {
      for (const encoder of encoders.values()) {
        const end = runtime.monotonic() + target.timeout;
        await sender.push(encoder, encoder.end(runtime.now(), takesNative()), end);
      }
    },
  );
  destination.write = async (metrics, { time, stale = false, timeout = target.timeout }) => {
    const translation = translate(metrics, undefined, takesNative());
    const { families, job, instance, dropped } = translation;
    if (!families.length) return dropped;
    const encoder = new Encoder({ job, instance });
    const batch = { ...encoder.start(time, translation), stale };
    await sender.push(encoder, batch, runtime.monotonic() + Math.min(timeout, target.timeout));
    return dropped;
  };
  destination.selectAggregation = (type) => ({
    type: takesNative() && type === HISTOGRAM ? EXPONENTIAL_BUCKETS : DEFAULT_BUCKETS,
  });
  return destination;
}
