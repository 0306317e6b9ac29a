/** How far apart colours are for a deuteranope, in CIELAB (ΔE 1976). */

/** Machado, Oliveira and Fernandes 2009, deuteranopia at full severity, on linear sRGB. */
const DEUTERANOPIA = [
  [0.367322, 0.860646, -0.227968],
  [0.280085, 0.672501, 0.047413],
  [-0.01182, 0.04294, 0.968881],
] as const;
/** Linear sRGB to CIE XYZ, D65. */
const XYZ = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
] as const;
const WHITE = [0.95047, 1, 1.08883] as const;

type Triple = readonly [number, number, number];

/** @param a - as `#5794F2`. */
export function distance(a: string, b: string): number {
  const [p, q] = [a, b].map((hex) => lab(apply(DEUTERANOPIA, linear(hex)))) as [Triple, Triple];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

function linear(hex: string): Triple {
  const part = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function apply(matrix: readonly Triple[], [x, y, z]: Triple): Triple {
  const [a, b, c] = matrix.map(([p, q, r]) => Math.min(Math.max(p * x + q * y + r * z, 0), 1));
  return [a ?? 0, b ?? 0, c ?? 0];
}

function lab(rgb: Triple): Triple {
  const [x, y, z] = apply(XYZ, rgb).map((value, i) => {
    const part = value / (WHITE[i] ?? 1);
    return part > 216 / 24389 ? Math.cbrt(part) : (24389 / 27 / 116) * part + 16 / 116;
  }) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
