/** What a service promises, and what its rules are made from. */

export interface Objective {
  /** The label `job`: `name`, or `namespace/name`. */
  readonly service: string;
  /** Part of the requests that end well, e.g. 0.999. */
  readonly availability: number;
  readonly latency: {
    /** Seconds; one of the histogram's bounds. */
    readonly threshold: number;
    /** Part of the requests that are answered within the threshold. */
    readonly share: number;
  };
  /** With fewer requests in an alert's long window, one failure would be a large part: no alert. */
  readonly leastRequests: number;
  /** So long without data is worth a ticket, seconds. */
  readonly silence: number;
  readonly mostSeries: number;
}

/** Bounds of `http.server.request.duration`, semantic conventions 1.44. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

export function checkObjective({ service, availability, latency, leastRequests }: Objective): void {
  if (!/^[\w./:-]+$/.test(service)) throw new TypeError(`service ${service} is no plain name`);
  checkShare("availability", availability);
  checkShare("latency.share", latency.share);
  if (!BOUNDS.includes(latency.threshold)) {
    throw new TypeError(`latency.threshold ${latency.threshold} must be one of ${BOUNDS.join(", ")}`);
  }
  if (!(leastRequests >= 1)) throw new TypeError(`leastRequests ${leastRequests} must be at least 1`);
}

function checkShare(name: string, share: number): void {
  if (!(share > 0 && share < 1)) throw new TypeError(`${name} ${share} must be between 0 and 1`);
}
