import type { HrTime } from "@opentelemetry/api";

/** Milliseconds since the epoch as OpenTelemetry has them: seconds and nanoseconds. */
export function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}
