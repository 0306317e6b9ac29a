/** Remote write 1.0 and 2.0: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ */
import { Refusal } from "@pushmeter/sdk/adapter";
import {
  checkLabels,
  decodeNativeHistogram,
  readWriteRequest,
  type TimeSeries,
} from "@pushmeter/sdk/receiving";
import type { Fragment } from "../storage/database.ts";
import { nativeFragments } from "./histogram.ts";
import type { Answer, Incoming, Push } from "./wire.ts";

/** @throws Refusal for a request that Prometheus or the specification refuses. */
export function readRemoteWrite(incoming: Incoming): Push {
  const { version, series } = readWriteRequest(incoming, incoming.body);
  const fragments = series.flatMap(fragmentsOf);
  if (version !== "2.0.0") {
    const store: Push["store"] = (append) => {
      append(fragments);
      return { status: 204 };
    };
    return { wire: "remote write 1.0", fragments, store };
  }
  const histograms = series.reduce((sum, one) => sum + one.histograms.length, 0);
  const classic = series.flatMap((one) =>
    one.samples.length ? fragmentsOf({ ...one, histograms: [] }) : [],
  );
  const native = series.flatMap((one) => (one.histograms.length ? fragmentsOf({ ...one, samples: [] }) : []));
  return {
    wire: "remote write 2.0",
    fragments,
    store: (append) => storeEach(append, classic, native, histograms),
  };
}

function fragmentsOf({ labels: pairs, samples, histograms, metadata }: TimeSeries): Fragment[] {
  const { name, labels } = checkLabels(pairs);
  const type = metadata?.type === "unknown" ? undefined : metadata?.type;
  const fragments: Fragment[] = samples.length ? [{ name, labels, samples, type }] : [];
  for (const bytes of histograms) {
    try {
      fragments.push(...nativeFragments(name, labels, decodeNativeHistogram(bytes)));
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(400, `protobuf: ${error}`);
    }
  }
  return fragments;
}

/** Version 2.0 stores what is right and says how much that is. */
function storeEach(
  append: (fragments: readonly Fragment[]) => void,
  classic: readonly Fragment[],
  native: readonly Fragment[],
  histograms: number,
): Answer {
  let refusal: Refusal | undefined;
  const attempt = (fragments: readonly Fragment[]): boolean => {
    try {
      append(fragments);
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
      return false;
    }
  };
  let samples = 0;
  for (const fragment of classic) {
    for (const sample of fragment.samples) if (attempt([{ ...fragment, samples: [sample] }])) samples++;
  }
  const stored = attempt(native) ? histograms : 0;
  const headers = {
    "X-Prometheus-Remote-Write-Samples-Written": `${samples}`,
    "X-Prometheus-Remote-Write-Histograms-Written": `${stored}`,
    "X-Prometheus-Remote-Write-Exemplars-Written": "0",
  };
  if (refusal) return { status: refusal.status, headers, body: `${refusal.message}\n` };
  return { status: 204, headers };
}
