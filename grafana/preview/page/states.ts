import type { GrafanaTheme2 } from "@grafana/data";
import type { Panel } from "../../read/dashboards.ts";
import type { Answer } from "../answers.ts";
import { clock, type Draw, FONT } from "./drawn.tsx";
import { namedSeries } from "./frames.ts";

const LEFT = 150;
const BOTTOM = 22;

interface State {
  readonly text: string;
  readonly color: string;
}

/** Values to what they mean. */
export function statesOf({ fieldConfig }: Panel): Readonly<Record<string, State>> {
  const [mapping] = fieldConfig?.defaults.mappings ?? [];
  return (mapping?.options ?? {}) as Readonly<Record<string, State>>;
}

/** A bar per series; where one state follows itself, one piece. */
export function states(answer: Answer, times: readonly number[], theme: GrafanaTheme2): Draw {
  const known = statesOf(answer.panel);
  const series = namedSeries(answer);
  return (context, width, height) => {
    context.font = FONT;
    context.textBaseline = "middle";
    const rowHeight = (height - BOTTOM) / Math.max(series.length, 1);
    const step = (width - LEFT - 8) / times.length;
    series.forEach(({ name, samples }, row) => {
      const middle = (row + 0.5) * rowHeight;
      context.fillStyle = theme.colors.text.primary;
      context.textAlign = "right";
      context.fillText(name, LEFT - 10, middle);
      const byTime = new Map(samples);
      let from = 0;
      for (let i = 1; i <= times.length; i++) {
        const value = byTime.get(times[from] ?? 0);
        if (i < times.length && byTime.get(times[i] ?? 0) === value) continue;
        const state = known[`${value}`];
        if (state) {
          const x = LEFT + from * step;
          const length = (i - from) * step;
          context.fillStyle = `${theme.visualization.getColorByName(state.color)}cc`;
          context.fillRect(x, middle - rowHeight * 0.35, length, rowHeight * 0.7);
          context.fillStyle = theme.colors.background.canvas;
          context.textAlign = "left";
          if (context.measureText(state.text).width < length - 12)
            context.fillText(state.text, x + 6, middle);
        }
        from = i;
      }
    });
    context.fillStyle = theme.colors.text.secondary;
    context.textAlign = "center";
    const every = Math.max(Math.round(times.length / 10), 1);
    times.forEach((time, i) => {
      if (i % every === 0 && i > 0) context.fillText(clock(time), LEFT + i * step, height - BOTTOM / 2);
    });
  };
}
