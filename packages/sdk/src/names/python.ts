/** The names of libraries for Python. */
import type { Attributes } from "@opentelemetry/api";
import { checkNames, checkOneOf } from "../options.ts";
import type { Names } from "../recording/instrument.ts";
import {
  ACTIVE,
  checkedLabels,
  checkedPrefix,
  DURATION,
  METHOD,
  type PresetOptions,
  REQUEST_SIZE,
  RESPONSE_SIZE,
  route,
  STATUS,
} from "./http.ts";
import { mapping } from "./mapping.ts";

/** Options of `fastapiInstrumentator`. */
export interface FastapiInstrumentatorOptions extends PresetOptions {
  /** Before all names: the library's `metric_namespace` and `metric_subsystem`, each with an underscore. Default: none. */
  readonly prefix?: string | undefined;
  /** False: `status` is `200` and not `2xx`, as with the library's `should_group_status_codes=False`. Default true. */
  readonly groupStatusCodes?: boolean | undefined;
  /** Of `http_request_duration_highr_seconds`, in seconds, ascending. Default: those of the library. */
  readonly highResolutionBuckets?: readonly number[] | undefined;
}

const HIGH_RESOLUTION = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30, 60,
];

/**
 * The names of prometheus-fastapi-instrumentator: `http_requests_total{handler,method,status}`,
 * `http_request_duration_seconds{handler,method}`, `http_request_duration_highr_seconds` without labels, and
 * `http_request_size_bytes` and `http_response_size_bytes{handler}` where an adapter measures sizes.
 * `http.server.active_requests` is `http_requests_inprogress`, without labels. Parameters of routes are written
 * as FastAPI does, `/courses/{id}`; a request that no route matched has the handler `none`.
 *
 * @throws TypeError for an option that is unknown or unusable.
 */
export function fastapiInstrumentator(options: FastapiInstrumentatorOptions = {}): Names {
  const preset = "fastapiInstrumentator";
  checkNames(preset, options, "labels buckets prefix groupStatusCodes highResolutionBuckets");
  const {
    buckets = [0.1, 0.5, 1],
    groupStatusCodes = true,
    highResolutionBuckets = HIGH_RESOLUTION,
  } = options;
  checkOneOf(`${preset} groupStatusCodes`, groupStatusCodes, [true, false]);
  const prefix = checkedPrefix(preset, options.prefix);
  const more = checkedLabels(preset, options.labels);
  const handler = route("{$1}", "none");
  const grouped = ({ [STATUS]: status = 500 }: Attributes) => `${`${status}`[0]}xx`;
  const size = (of: string) => ({
    name: `${prefix}http_${of}_size_bytes`,
    type: "summary" as const,
    help: `Content length of ${of === "request" ? "incoming requests" : "outgoing responses"} by handler.`,
    labels: { handler, ...more },
  });
  return mapping({
    [DURATION]: [
      {
        name: `${prefix}http_requests_total`,
        type: "counter",
        help: "Total number of requests by method, status and handler.",
        labels: { handler, method: METHOD, status: groupStatusCodes ? grouped : STATUS, ...more },
      },
      {
        name: `${prefix}http_request_duration_highr_seconds`,
        help: "Latency with many buckets but no API specific labels.",
        buckets: highResolutionBuckets,
        labels: more,
      },
      {
        name: `${prefix}http_request_duration_seconds`,
        help: "Latency with only few buckets by handler.",
        buckets,
        labels: { handler, method: METHOD, ...more },
      },
    ],
    [REQUEST_SIZE]: size("request"),
    [RESPONSE_SIZE]: size("response"),
    [ACTIVE]: {
      name: `${prefix}http_requests_inprogress`,
      help: "Number of HTTP requests in progress.",
      labels: {},
    },
  });
}

/** Options of `appRequestCount`. */
export interface AppRequestCountOptions extends PresetOptions {
  /** True: the counter is `app_request_count_total`, as prometheus_client for Python writes it since 0.4. Default false. */
  readonly total?: boolean | undefined;
}

/**
 * The names of an example for Flask and FastAPI that many services have copied:
 * `app_request_count{method,endpoint,http_status}` and `app_request_latency_seconds{method,endpoint}`. `endpoint` is the
 * route's pattern as FastAPI writes it, `/courses/{id}`, and absent if no route matched.
 *
 * @throws TypeError for an option that is unknown or unusable.
 */
export function appRequestCount(options: AppRequestCountOptions = {}): Names {
  const preset = "appRequestCount";
  checkNames(preset, options, "labels buckets total");
  const { buckets, total = false } = options;
  checkOneOf(`${preset} total`, total, [true, false]);
  const labels = { method: METHOD, endpoint: route("{$1}"), ...checkedLabels(preset, options.labels) };
  return mapping({
    [DURATION]: [
      {
        name: `app_request_count${total ? "_total" : ""}`,
        type: "counter",
        help: "Application Request Count",
        labels: { ...labels, http_status: STATUS },
      },
      {
        name: "app_request_latency_seconds",
        help: "Application Request Latency",
        labels,
        ...(buckets && { buckets }),
      },
    ],
  });
}
