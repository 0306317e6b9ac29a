/** Names in Prometheus on which many tests rely. That they are these is docs/metrics.md's promise, and its test's. */
export const DROPPED = "pushmeter_push_dropped_total";
