/**
 * Prometheus 3 rewrites `le` and `quantile` of what it scrapes (migration guide, "le and quantile label
 * values"): the number in Go's `%g`, and `.0` after it if it would read as an integer.
 */
export function normalizeBound(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  // Where `%g` of the fewest digits turns to exponents, of two digits at least; JavaScript does much later.
  if (power < -4 || power >= 6) {
    return `${digits}e${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(2, "0")}`;
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
