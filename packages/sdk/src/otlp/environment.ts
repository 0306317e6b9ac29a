/**
 * Options of `otlp` from OpenTelemetry's own variables: specification, "OpenTelemetry Protocol Exporter",
 * "Configuration Options". A variable with `_METRICS_` in its name goes before the one without.
 */
import { type Environment, pairs, text } from "../environment.ts";
import type { OtlpOptions } from "./index.ts";

/** Not supported. Listed, so that setting one of them is an error and not ignored. */
const UNSUPPORTED = ["CERTIFICATE", "CLIENT_KEY", "CLIENT_CERTIFICATE"];

/**
 * Undefined without `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` and `OTEL_EXPORTER_OTLP_ENDPOINT`.
 *
 * @throws TypeError for what this exporter cannot do: grpc, certificates.
 */
export function otlpOptions(env: Environment): OtlpOptions | undefined {
  const names = (what: string) =>
    [`OTEL_EXPORTER_OTLP_METRICS_${what}`, `OTEL_EXPORTER_OTLP_${what}`] as const;
  const read = (what: string) => names(what).find((name) => text(env, name));
  const value = (what: string) => text(env, read(what) ?? "");
  const [whole, base] = names("ENDPOINT").map((name) => text(env, name));
  const url = whole ?? (base && `${base.replace(/\/+$/, "")}/v1/metrics`);
  if (!url) return undefined;
  for (const what of UNSUPPORTED) {
    const name = read(what);
    if (name)
      throw new TypeError(
        `pushmeter: ${name} is not supported: the platform's fetch has its own certificates`,
      );
  }
  const oneOf = <Value extends string>(what: string, accepted: Readonly<Record<string, Value>>) => {
    const given = value(what)?.toLowerCase();
    if (given === undefined || Object.hasOwn(accepted, given))
      return given === undefined ? undefined : accepted[given];
    throw new TypeError(`pushmeter: ${read(what)} must be ${Object.keys(accepted).join(" or ")}`);
  };
  const timeout = value("TIMEOUT");
  if (timeout !== undefined && !(Number(timeout) >= 1)) {
    throw new TypeError(`pushmeter: ${read("TIMEOUT")} must be a number of milliseconds`);
  }
  const compression = oneOf("COMPRESSION", { gzip: "gzip", none: "none" });
  const headers = Object.assign(
    {},
    ...names("HEADERS")
      .map((name) => pairs(env, name))
      .reverse(),
  );
  return {
    url,
    auth: Object.keys(headers).length ? { headers } : undefined,
    protocol: oneOf("PROTOCOL", { "http/protobuf": "http/protobuf", "http/json": "http/json" }),
    // Observable counters go as deltas, too, where memory is to be low.
    temporality: oneOf("TEMPORALITY_PREFERENCE", {
      cumulative: "cumulative",
      delta: "delta",
      lowmemory: "delta",
    }),
    timeout: timeout === undefined ? undefined : Number(timeout),
    gzip: compression && compression === "gzip",
  };
}
