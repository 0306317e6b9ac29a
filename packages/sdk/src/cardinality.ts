import type { Attributes } from "@opentelemetry/api";

/** Attribute sets per instrument, the overflow set among them: the OpenTelemetry SDK's own default. */
export const CARDINALITY_LIMIT = 2000;

/** What is recorded with further attribute sets counts under this one. */
export const OVERFLOW: Attributes = { "otel.metric.overflow": true };
