import type { Answer } from "../answers.ts";
import { colourOf, override, thresholdColour } from "./colours.ts";
import { add } from "./dom.ts";
import { type Named, namedSeries } from "./legend.ts";
import { format } from "./units.ts";

export function drawStat(body: HTMLElement, answer: Answer, width: number, height: number): void {
  const { panel } = answer;
  const defaults = panel.fieldConfig?.defaults;
  const values = add(body, "div", "stat");
  const series = namedSeries(answer);
  if (!series.length) add(values, "div", "value", defaults?.noValue ?? "No data");
  const hasNames = panel.options?.textMode === "value_and_name";
  series.forEach((one, i) => {
    const last = one.samples.at(-1)?.[1] ?? Number.NaN;
    const colour = override(panel, one.name, "color")
      ? colourOf(panel, one.name, i)
      : thresholdColour(panel.options?.colorMode === "none" ? undefined : defaults?.thresholds, last);
    const cell = add(values, "div", "cell");
    if (hasNames) add(cell, "div", "name", one.name);
    const text = add(cell, "div", "value", format(last, defaults?.unit ?? "", defaults?.decimals));
    text.style.color = colour;
    if (panel.options?.graphMode === "area")
      sparkline(cell, one, colour, width / series.length, height * 0.36);
  });
}

function sparkline(
  cell: HTMLElement,
  { samples }: Named,
  colour: string,
  width: number,
  height: number,
): void {
  const canvas = add(cell, "canvas", "spark") as HTMLCanvasElement;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const values = samples.map(([, value]) => value).filter(Number.isFinite);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = (i: number) => (i / Math.max(values.length - 1, 1)) * width;
  const y = (value: number) => height - 3 - ((value - least) / (most - least || 1)) * (height - 8);
  context.beginPath();
  values.forEach((value, i) => {
    context.lineTo(x(i), y(value));
  });
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.stroke();
  context.lineTo(width, height);
  context.lineTo(0, height);
  context.fillStyle = `${colour}26`;
  context.fill();
}
