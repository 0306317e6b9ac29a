import type { Answer } from "../answers.ts";
import { add } from "./dom.ts";
import { clock, FONT } from "./lines.ts";
import { format } from "./units.ts";

const LEFT = 64;
const BOTTOM = 24;
const LEGEND = 26;

/** Prometheus's buckets are cumulative: a cell is what its bucket has more than the one below. */
export function drawHeatmap(body: HTMLElement, answer: Answer, width: number, height: number): void {
  const { panel, results } = answer;
  const buckets = results
    .flat()
    .map(({ labels, samples }) => ({
      bound: Number(labels.le?.replace("+Inf", "Infinity")),
      values: new Map(samples),
    }))
    .sort((a, b) => a.bound - b.bound);
  if (!buckets.length) {
    add(body, "div", "empty", "No data");
    return;
  }
  const times = [...(buckets.at(-1)?.values.keys() ?? [])];
  const cells = buckets.map(({ values }, i) =>
    times.map((time) => Math.max((values.get(time) ?? 0) - (buckets[i - 1]?.values.get(time) ?? 0), 0)),
  );
  const most = Math.max(...cells.flat());
  const canvas = add(body, "canvas") as HTMLCanvasElement;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
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
  context.fillStyle = "#9fa7b3";
  context.textBaseline = "middle";
  context.textAlign = "right";
  const yUnit = (panel.options?.yAxis as { unit?: string } | undefined)?.unit ?? "";
  const skip = Math.ceil(14 / h);
  buckets.forEach(({ bound }, i) => {
    if (i % skip) return;
    context.fillText(Number.isFinite(bound) ? format(bound, yUnit) : "more", LEFT - 8, top(i) + h / 2);
  });
  context.textAlign = "center";
  const every = Math.max(Math.round(times.length / 7), 1);
  times.forEach((time, j) => {
    if (j % every === 0 && LEFT + (j + 0.5) * w < width - 20)
      context.fillText(clock(time), LEFT + (j + 0.5) * w, height - LEGEND - BOTTOM / 2);
  });
  for (let i = 0; i < 120; i++) {
    context.fillStyle = shade(i / 119);
    context.fillRect(LEFT + i, height - 16, 1, 8);
  }
  context.fillStyle = "#9fa7b3";
  context.textAlign = "left";
  context.fillText(`up to ${format(most, panel.fieldConfig?.defaults.unit ?? "")}`, LEFT + 130, height - 11);
}

/** Dark to light blue; the root makes small parts visible. */
function shade(part: number): string {
  const strength = Math.sqrt(part);
  const mix = (from: number, to: number) => Math.round(from + (to - from) * strength);
  return `rgb(${mix(24, 160)}, ${mix(36, 205)}, ${mix(64, 255)})`;
}
