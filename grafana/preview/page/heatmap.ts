import type { Answer } from "../answers.ts";
import { clock, type Draw, FONT, format } from "./drawn.tsx";

const LEFT = 64;
const BOTTOM = 24;
const LEGEND = 26;
const TEXT = "#9fa7b3";

/** Prometheus's buckets are cumulative: a cell is what its bucket has more than the one below. */
export function heatmap({ panel, results }: Answer): Draw {
  const buckets = results
    .flat()
    .map(({ labels, samples }) => ({
      bound: Number(labels.le?.replace("+Inf", "Infinity")),
      values: new Map(samples),
    }))
    .sort((a, b) => a.bound - b.bound);
  const times = [...(buckets.at(-1)?.values.keys() ?? [])];
  const cells = buckets.map(({ values }, i) =>
    times.map((time) => Math.max((values.get(time) ?? 0) - (buckets[i - 1]?.values.get(time) ?? 0), 0)),
  );
  const most = Math.max(...cells.flat());
  const { unit = "short" } = (panel.options?.yAxis ?? {}) as { readonly unit?: string };

  return (context, width, height) => {
    const [w, h] = [(width - LEFT - 8) / times.length, (height - BOTTOM - LEGEND - 8) / buckets.length];
    const top = (row: number) => 8 + (buckets.length - 1 - row) * h;
    cells.forEach((row, i) => {
      row.forEach((value, j) => {
        if (value <= 0) return;
        context.fillStyle = shade(value / most);
        context.fillRect(LEFT + j * w, top(i), Math.max(w - 1, 1), Math.max(h - 1, 1));
      });
    });
    context.font = FONT;
    context.fillStyle = TEXT;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const skip = Math.ceil(14 / h);
    buckets.forEach(({ bound }, i) => {
      if (i % skip) return;
      context.fillText(Number.isFinite(bound) ? format(bound, unit) : "more", LEFT - 8, top(i) + h / 2);
    });
    context.textAlign = "center";
    const every = Math.max(Math.round(times.length / 7), 1);
    times.forEach((time, j) => {
      const x = LEFT + (j + 0.5) * w;
      if (j % every === 0 && x < width - 20) context.fillText(clock(time), x, height - LEGEND - BOTTOM / 2);
    });
    for (let i = 0; i < 120; i++) {
      context.fillStyle = shade(i / 119);
      context.fillRect(LEFT + i, height - 16, 1, 8);
    }
    context.fillStyle = TEXT;
    context.textAlign = "left";
    context.fillText(`up to ${format(most, panel.fieldConfig?.defaults.unit, 2)}`, LEFT + 130, height - 11);
  };
}

/** Dark to light blue; the root makes small parts visible. */
function shade(part: number): string {
  const strength = Math.sqrt(part);
  const mix = (from: number, to: number) => Math.round(from + (to - from) * strength);
  return `rgb(${mix(24, 160)}, ${mix(36, 205)}, ${mix(64, 255)})`;
}
