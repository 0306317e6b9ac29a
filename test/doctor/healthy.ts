/** Every receiver of the zoo, over each of its wires: nothing is wrong with them. */

import type { Receiver } from "@pushmeter/testkit/receivers/types";
import type { Wire } from "@pushmeter/testkit/receivers/wires";
import type { Kind } from "@pushmeter/testkit/receivers/zoo";
import { tenantOf } from "./receivers.ts";
import type { SetUp } from "./run.ts";

/** These refuse or convert native histograms: there they come as classic ones. */
const WITHOUT_NATIVE = /^Prometheus (3\.5$|2\.)|^VictoriaMetrics/;

/** How the doctor is asked about each wire of a kind; undefined: it has nothing to add to another. */
export function healthySetUp({ name }: Kind, receiver: Receiver, wire: Wire): SetUp | undefined {
  const url = receiver.endpoints[wire];
  if (url === undefined) return undefined;
  if (wire === "OTLP") return { args: [url, "--wire", "otlp"], env: tenantOf(receiver, "OTLP") };
  if (wire === "Pushgateway") return { args: [url, "--wire", "pushgateway"] };
  const env = tenantOf(receiver, "REMOTE_WRITE");
  if (wire === "remote write auto") return { args: [url], env };
  if (wire === "remote write 2.0") return { args: [url, "--protocol", "2.0"], env };
  if (wire === "remote write native" && !WITHOUT_NATIVE.test(name))
    return { args: [url, "--native-histograms"], env };
  return undefined;
}
