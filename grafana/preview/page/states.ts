import type { Answer } from "../answers.ts";
import { named } from "./colours.ts";
import { add } from "./dom.ts";
import { namedSeries } from "./legend.ts";
import { clock, FONT } from "./lines.ts";

const LEFT = 150;
const BOTTOM = 22;
const LEGEND = 24;

interface State {
  readonly text: string;
  readonly color: string;
}

/** A bar per series; where one state follows itself, one piece. */
export function drawStates(
  body: HTMLElement,
  answer: Answer,
  times: readonly number[],
  width: number,
  height: number,
): void {
  const [mapping] = answer.panel.fieldConfig?.defaults.mappings ?? [];
  const states = (mapping?.options ?? {}) as Readonly<Record<string, State>>;
  const series = namedSeries(answer);
  const canvas = add(body, "canvas") as HTMLCanvasElement;
  canvas.width = width;
  canvas.height = height - LEGEND;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.font = FONT;
  context.textBaseline = "middle";
  const rowHeight = (height - LEGEND - BOTTOM) / Math.max(series.length, 1);
  const step = (width - LEFT - 8) / times.length;
  series.forEach(({ name, samples }, row) => {
    const middle = (row + 0.5) * rowHeight;
    context.fillStyle = "#ccccdc";
    context.textAlign = "right";
    context.fillText(name, LEFT - 10, middle);
    const byTime = new Map(samples);
    let from = 0;
    for (let i = 1; i <= times.length; i++) {
      const value = byTime.get(times[from] ?? 0);
      if (i < times.length && byTime.get(times[i] ?? 0) === value) continue;
      const state = states[`${value}`];
      if (state) {
        const x = LEFT + from * step;
        context.fillStyle = `${named(state.color)}cc`;
        context.fillRect(x, middle - rowHeight * 0.35, (i - from) * step, rowHeight * 0.7);
        context.fillStyle = "#111217";
        context.textAlign = "left";
        if (context.measureText(state.text).width < (i - from) * step - 12) {
          context.fillText(state.text, x + 6, middle);
        }
      }
      from = i;
    }
  });
  context.fillStyle = "#9fa7b3";
  context.textAlign = "center";
  const every = Math.max(Math.round(times.length / 8), 1);
  times.forEach((time, i) => {
    if (i % every === 0 && i > 0)
      context.fillText(clock(time), LEFT + i * step, height - LEGEND - BOTTOM / 2);
  });
  const legend = add(body, "div", "legend");
  for (const { text, color } of Object.values(states)) {
    const entry = add(legend, "span", "entry");
    add(entry, "i").style.background = named(color);
    entry.append(text);
  }
}
