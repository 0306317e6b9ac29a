/** The names of libraries for Node and Hono. */
import { checkNames } from "../options.ts";
import type { Names } from "../recording/instrument.ts";
import { checkedLabels, checkedPrefix, DURATION, METHOD, type PresetOptions, route, STATUS } from "./http.ts";
import { mapping } from "./mapping.ts";

/** Prometheus's own clients have these. */
const CLIENT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The names that prom-client's users give by habit, and that fastify-metrics has:
 * `http_request_duration_seconds{method,route,status_code}` with prom-client's default buckets. A request that no route
 * matched has no `route`.
 *
 * @example
 * ```ts
 * createPushmeter({ service: "courses", names: promClient() });
 * ```
 * @throws TypeError for an option that is unknown or unusable.
 */
export function promClient(options: PresetOptions = {}): Names {
  checkNames("promClient", options, "labels buckets");
  return mapping({
    [DURATION]: {
      name: "http_request_duration_seconds",
      help: "Duration of HTTP requests in seconds",
      buckets: options.buckets ?? CLIENT_BUCKETS,
      labels: {
        method: METHOD,
        route: "http.route",
        status_code: STATUS,
        ...checkedLabels("promClient", options.labels),
      },
    },
  });
}

/** Options of `expressPromBundle`. */
export interface ExpressPromBundleOptions extends PresetOptions {
  /** True: with the label `method`. Default false, as in the library. */
  readonly includeMethod?: boolean | undefined;
  /** True: with the label `path`. Default false, as in the library. */
  readonly includePath?: boolean | undefined;
}

/**
 * The names of express-prom-bundle: `http_request_duration_seconds{status_code}`, with `method` and `path` where they are
 * asked for. `path` is the route's pattern, with `#val` for each parameter. Without its metric `up`, which Prometheus
 * itself has for everything that it scrapes.
 *
 * @throws TypeError for an option that is unknown or unusable.
 */
export function expressPromBundle(options: ExpressPromBundleOptions = {}): Names {
  checkNames("expressPromBundle", options, "labels buckets includeMethod includePath");
  return mapping({
    [DURATION]: {
      name: "http_request_duration_seconds",
      help: "duration histogram of http responses",
      buckets: options.buckets ?? [0.003, 0.03, 0.1, 0.3, 1.5, 10],
      labels: {
        status_code: STATUS,
        ...(options.includeMethod && { method: METHOD }),
        ...(options.includePath && { path: route("#val") }),
        ...checkedLabels("expressPromBundle", options.labels),
      },
    },
  });
}

/** Options of `honoPrometheus`. */
export interface HonoPrometheusOptions extends PresetOptions {
  /** Before all names, as the library's option. Default: none. */
  readonly prefix?: string | undefined;
}

/**
 * The names of `@hono/prometheus`: `http_request_duration_seconds` and `http_requests_total`, both with
 * `{method,route,status,ok}`.
 *
 * @throws TypeError for an option that is unknown or unusable.
 */
export function honoPrometheus(options: HonoPrometheusOptions = {}): Names {
  checkNames("honoPrometheus", options, "labels buckets prefix");
  const { buckets } = options;
  const prefix = checkedPrefix("honoPrometheus", options.prefix);
  const labels = {
    method: METHOD,
    // The path of the middleware itself, which it gives requests that no route matched.
    route: route(":$1", "/*"),
    status: STATUS,
    ok: ({ [STATUS]: status = 500 }) => Number(status) >= 200 && Number(status) < 300,
    ...checkedLabels("honoPrometheus", options.labels),
  };
  return mapping({
    [DURATION]: [
      {
        name: `${prefix}http_request_duration_seconds`,
        help: "Duration of HTTP requests in seconds",
        labels,
        ...(buckets && { buckets }),
      },
      {
        name: `${prefix}http_requests_total`,
        type: "counter",
        help: "Total number of HTTP requests",
        labels,
      },
    ],
  });
}
