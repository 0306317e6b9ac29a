/** Grafana's units, those that the dashboards use. */

export function format(value: number, unit: string, decimals?: number): string {
  if (!Number.isFinite(value)) return "–";
  const fixed = (number: number, digits = 2) => trimmed(number, decimals ?? digits);
  if (unit === "percentunit") return `${fixed(value * 100)}%`;
  if (unit === "reqps") return `${fixed(value)} req/s`;
  if (unit === "s") return seconds(value, decimals);
  if (unit.startsWith("suffix:")) return `${fixed(value)}${unit.slice("suffix:".length)}`;
  if (Math.abs(value) >= 1e6) return `${fixed(value / 1e6)} Mil`;
  if (Math.abs(value) >= 1e4) return `${fixed(value / 1e3)} K`;
  return fixed(value);
}

function seconds(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${trimmed(value * 1e6, decimals ?? 1)} µs`;
  if (size < 1) return `${trimmed(value * 1e3, decimals ?? 1)} ms`;
  if (size < 120) return `${trimmed(value, decimals ?? 2)} s`;
  return `${trimmed(value / 60, decimals ?? 1)} min`;
}

function trimmed(value: number, decimals: number): string {
  const digits = Math.abs(value) >= 100 ? Math.min(decimals, 1) : decimals;
  return `${Number(value.toFixed(digits))}`;
}
