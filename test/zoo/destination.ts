import type { Runtime } from "@pushmeter/sdk";
import { nativeHistograms } from "@pushmeter/sdk/native-histograms";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { Wire } from "@pushmeter/testkit/receivers/wires";

/** The product's destination for a wire. */
export function destination(
  wire: Wire,
  url: string,
  headers: Readonly<Record<string, string>>,
  runtime: Runtime,
) {
  const auth = Object.keys(headers).length ? { headers } : undefined;
  // A thread compresses, and simulated time would jump meanwhile.
  const gzip = false;
  switch (wire) {
    case "OTLP":
      return otlp({ url, auth, gzip, temporality: "cumulative" }, runtime);
    case "Pushgateway":
      return pushgateway({ url, auth, gzip }, runtime);
    case "remote write auto":
      return remoteWrite({ url, auth, protocol: "auto" }, runtime);
    case "remote write 1.0":
      return remoteWrite({ url, auth, protocol: "1.0" }, runtime);
    case "remote write 2.0":
      return remoteWrite({ url, auth, protocol: "2.0" }, runtime);
    case "remote write native":
      return remoteWrite({ url, auth, histograms: nativeHistograms() }, runtime);
  }
}
