/** What a user may choose about shards, wherever they run. */
import { invalid } from "@pushmeter/sdk/adapter";
import { labelName } from "@pushmeter/sdk/prometheus";
import type { HostOptions } from "./core/host-options.ts";

export interface ShardOptions {
  /** Between two pushes of all totals, ms. Default 15,000. */
  readonly every?: number | undefined;
  /**
   * Before `shard-0` in the label `instance`: `staging-` where staging and production write to one receiver.
   * Default none.
   */
  readonly prefix?: string | undefined;
  /** Labels that all series get besides their own. Default none. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Series that did not grow for so long end with a stale marker and are forgotten, ms. Default one day. */
  readonly forgetAfter?: number | undefined;
  /**
   * `"native"`: exponential histograms stay what they are, for `remoteWrite({ histograms: nativeHistograms() })`.
   * `"classic"`, the default: they get bounds, each bucket counting where its midpoint is.
   */
  readonly histograms?: "classic" | "native" | undefined;
}

export const SHARD_OPTIONS = "every prefix labels forgetAfter histograms";
const EVERY = 15_000;

/**
 * The options as a shard host takes them.
 *
 * @param name - of the options' owner, for messages.
 * @throws TypeError for an option that is unusable.
 */
export function shardSettings(
  name: string,
  { every = EVERY, prefix = "", labels = {}, forgetAfter, histograms }: ShardOptions,
): Pick<HostOptions, "interval" | "prefix" | "labels" | "forgetAfter" | "native"> {
  if (!(Number.isInteger(every) && every >= 100 && every <= 60_000)) {
    invalid(`${name} every`, every, "a whole number of milliseconds from 100 to 60000");
  }
  if (typeof prefix !== "string" || prefix.length > 200) {
    invalid(`${name} prefix`, prefix, "a string of at most 200 characters");
  }
  for (const [label, value] of Object.entries(labels)) {
    if (label === labelName(label) && typeof value === "string" && value) continue;
    const accepted = "a string that is not empty, under a Prometheus label name";
    invalid(`${name} labels.${label}`, value, accepted);
  }
  if (forgetAfter !== undefined && !(forgetAfter >= 600_000)) {
    invalid(`${name} forgetAfter`, forgetAfter, "a number of milliseconds from 600000 on");
  }
  if (histograms !== undefined && histograms !== "native" && histograms !== "classic") {
    invalid(`${name} histograms`, histograms, '"classic" or "native"');
  }
  return {
    interval: every,
    prefix,
    labels: Object.keys(labels).length ? labels : undefined,
    forgetAfter,
    native: histograms === "native",
  };
}
