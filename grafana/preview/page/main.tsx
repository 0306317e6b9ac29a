/** Draws a dashboard from its JSON and Prometheus's answers, with Grafana's own components. */
import { createTheme, type GrafanaTheme2 } from "@grafana/data";
import { initPluginTranslations } from "@grafana/i18n";
import { GlobalStyles, PanelChrome, ThemeContext } from "@grafana/ui";
import { createRoot } from "react-dom/client";
import type { Answer, Preview } from "../answers.ts";
import { clock, Drawn, Legend } from "./drawn.tsx";
import { withFieldOptions } from "./fields.ts";
import { framesOf } from "./frames.ts";
import { heatmap } from "./heatmap.ts";
import { LinesPanel } from "./lines.tsx";
import { StatPanel } from "./stat.tsx";
import { states, statesOf } from "./states.ts";
import { TablePanel, tableFrame } from "./table.tsx";

import "uplot/dist/uPlot.min.css";
import "./style.css";

declare const preview: Preview;

/** As Grafana's grid: a row's height, and what is between panels. */
const WIDTH = 1280;
const GAP = 8;
const COLUMN = (WIDTH - 2 * GAP) / 24;
const ROW = 38;
const LEGEND = 24;

type Content = (width: number, height: number) => React.ReactNode;

const { start, end } = preview;

async function contentOf(answer: Answer, theme: GrafanaTheme2): Promise<Content> {
  const { panel } = answer;
  const raw = framesOf(answer);
  if (panel.type === "table") {
    const frame = await tableFrame(raw, panel, theme);
    return (width, height) => <TablePanel panel={panel} frame={frame} width={width} height={height} />;
  }
  if (panel.type === "stat") {
    const frames = withFieldOptions(raw, panel, theme);
    return (width, height) => (
      <StatPanel panel={panel} frames={frames} theme={theme} width={width} height={height} />
    );
  }
  if (!raw.length) return () => <div className="empty">No data</div>;
  if (panel.type === "timeseries") {
    const frames = withFieldOptions(raw, panel, theme);
    return (width, height) => (
      <LinesPanel panel={panel} frames={frames} start={start} end={end} width={width} height={height} />
    );
  }
  if (panel.type === "heatmap") {
    const draw = heatmap(answer);
    return (width, height) => <Drawn draw={draw} width={width} height={height} />;
  }
  if (panel.type === "state-timeline") {
    const { step } = answer;
    const steps = Math.floor((end - start) / 1000 / step);
    const times = Array.from({ length: steps + 1 }, (_, i) => start / 1000 + i * step);
    const draw = states(answer, times, theme);
    const entries = Object.values(statesOf(panel)).map(({ text, color }): [string, string] => [text, color]);
    return (width, height) => (
      <>
        <Drawn draw={draw} width={width} height={height - LEGEND} />
        <Legend entries={entries} theme={theme} />
      </>
    );
  }
  throw new Error(`no panel of type ${panel.type} can be drawn`);
}

interface Placed {
  readonly answer: Answer;
  readonly content: Content | undefined;
}

function Page({ placed, theme }: { placed: readonly Placed[]; theme: GrafanaTheme2 }) {
  const bottom = Math.max(...placed.map(({ answer: { panel } }) => panel.gridPos.y + panel.gridPos.h));
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <header>
        <h1>{preview.title}</h1>
        {preview.chosen.map(([label, value]) => (
          <span className="choice" key={label}>
            <b>{label}</b>
            {value}
          </span>
        ))}
        <span className="time">{`${clock(start / 1000)} to ${clock(end / 1000)} UTC`}</span>
      </header>
      <main style={{ height: bottom * ROW }}>
        {placed.map(({ answer: { panel }, content }) => {
          const { x, y, w, h } = panel.gridPos;
          const [width, height] = [w * COLUMN - GAP, h * ROW - GAP];
          const style = { left: GAP + x * COLUMN, top: y * ROW, width, height };
          return (
            <section key={panel.id} style={style}>
              {content ? (
                <PanelChrome
                  title={panel.title}
                  {...(panel.description && { description: panel.description })}
                  width={width}
                  height={height}
                >
                  {content}
                </PanelChrome>
              ) : (
                <h2>{panel.title}</h2>
              )}
            </section>
          );
        })}
      </main>
    </ThemeContext.Provider>
  );
}

await initPluginTranslations("pushmeter");
const theme = createTheme({ colors: { mode: "dark" } });
const placed = await Promise.all(
  preview.answers.map(async (answer) => ({
    answer,
    content: answer.panel.type === "row" ? undefined : await contentOf(answer, theme),
  })),
);
const root = document.createElement("div");
document.body.append(root);
createRoot(root).render(<Page placed={placed} theme={theme} />);
