/**
 * A bucket's upper bound as the `le` label. Prometheus 3 rewrites `le="1"` of whatever it scrapes to `le="1.0"`
 * (migration guide, "le and quantile label values") and large or small bounds to Go's `1e+06` and `1e-05`;
 * so does remote write here, so that a service keeps its series when it changes from being scraped to pushing.
 */
export function bound(value: number | undefined): string {
  if (value === undefined || value === Infinity) return "+Inf";
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  // Go's %g turns to exponents below 1e-4 and from 1e6 on, and writes at least two digits of them.
  if (power < -4 || power >= 6) {
    return `${digits}e${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
