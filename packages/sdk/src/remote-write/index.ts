/** `@pushmeter/sdk/remote-write`: pushes to a Prometheus remote-write endpoint. */
import { cumulativeDestination, type Destination } from "../destination.ts";
import { TARGET_OPTIONS, Target, type TargetOptions } from "../http/target.ts";
import { checkNames } from "../options.ts";
import { type Translation, translate } from "../prometheus/translate.ts";
import { type Runtime, systemRuntime } from "../runtime.ts";
import { Encoder, type Zeros } from "./encoder.ts";
import { snappy } from "./snappy.ts";

export type { Auth } from "../http/target.ts";

/** `url` is the whole endpoint, for Prometheus `http://host:9090/api/v1/write`. */
export type RemoteWriteOptions = TargetOptions;

const HEADERS = {
  "content-type": "application/x-protobuf",
  "content-encoding": "snappy",
  "x-prometheus-remote-write-version": "0.1.0",
  "user-agent": "pushmeter",
};

/**
 * A destination that speaks Prometheus remote write 1.0; also a standard OpenTelemetry `PushMetricExporter`.
 *
 * @example
 * ```ts
 * remoteWrite({ url: "https://prometheus.example/api/v1/write", auth: { bearer: token } });
 * ```
 * @param runtime - clock, randomness and fetch, for tests.
 * @throws TypeError for an option that is unknown or unusable.
 */
export function remoteWrite(options: RemoteWriteOptions, runtime: Runtime = systemRuntime): Destination {
  checkNames("remoteWrite", options, TARGET_OPTIONS);
  const target = new Target("remoteWrite", options, runtime);
  const encoder = new Encoder();
  let ownInstance: string | undefined;

  return cumulativeDestination(async (metrics, timeout = target.timeout) => {
    const batch = translate(metrics);
    if (!batch.families.length) return batch.dropped;
    // Two writers of one series would refute each other; somebody else's provider may not name an instance.
    ownInstance ??= batch.instance || runtime.instanceId();
    const instance = batch.instance || ownInstance;
    encoder.start(runtime.now());
    await pushBatch(target, encoder, batch, instance, runtime.monotonic() + timeout, runtime);
    return batch.dropped;
  });
}

/**
 * Sends until stored. A receiver answers 400, out of order, to a zero that it has already: when an earlier
 * request with it had no clear answer, that is what the 400 means, and the batch goes again without it.
 */
async function pushBatch(
  target: Target,
  encoder: Encoder,
  batch: Translation,
  instance: string,
  end: number,
  runtime: Runtime,
): Promise<void> {
  let zeros: Zeros = "due";
  let unclear = false;
  for (;;) {
    const body = snappy(encoder.encode(batch, instance, zeros));
    const answer = await target.send({ method: "POST", headers: HEADERS, body }, end - runtime.monotonic());
    if (answer.status < 300) return encoder.stored();
    unclear ||= answer.unclear;
    if (answer.status === 400 && zeros === "due" && encoder.inDoubt) zeros = "new";
    else if (answer.status === 400 && zeros !== "none" && unclear) zeros = "none";
    else {
      if (!unclear) encoder.refused();
      throw target.refusal(answer);
    }
  }
}
