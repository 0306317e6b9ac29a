/**
 * `@pushmeter/sdk/global`: `import "@pushmeter/sdk/global"` registers OpenTelemetry's global meter provider, before libraries
 * ask for it. Once there is a pushmeter with `global: true`, what they make is recorded by it, also what they have made
 * since this import. What was made before the import is lost, because OpenTelemetry's API keeps no proxy for metrics; what
 * is recorded before there is a pushmeter is not kept.
 * @module @pushmeter/sdk/global
 */
import { metrics } from "@opentelemetry/api";
import { LateMeterProvider } from "./late-meter-provider.ts";
import { setDelegate } from "./slot.ts";

const provider = new LateMeterProvider();
const isRegistered = metrics.setGlobalMeterProvider(provider);

setDelegate((pushmeter) => {
  if (!isRegistered)
    throw new TypeError("pushmeter: global: another OpenTelemetry SDK is registered already");
  if (!provider.delegate(pushmeter))
    throw new TypeError("pushmeter: global: another pushmeter is global already");
});
