/**
 * A bucket's upper bound as the `le` label. Prometheus 3 rewrites `le="1"` of whatever it scrapes to `le="1.0"`
 * (migration guide, "le and quantile label values"); remote write does the same, so that a service that is
 * pushed and one that is scraped share their series.
 */
export function bound(value: number | undefined): string {
  if (value === undefined || value === Infinity) return "+Inf";
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
