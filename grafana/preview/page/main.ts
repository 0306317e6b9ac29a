/** Draws a dashboard from its JSON and Prometheus's answers, as near to Grafana as the reading needs. */
import type { Answer, Preview } from "../answers.ts";
import { add } from "./dom.ts";
import { drawHeatmap } from "./heatmap.ts";
import { clock, drawLines } from "./lines.ts";
import { drawStat } from "./stat.ts";
import { drawStates } from "./states.ts";
import { drawTable } from "./table.ts";

declare const preview: Preview;

const WIDTH = 1280;
const GAP = 8;
const COLUMN = (WIDTH - 2 * GAP) / 24;
const ROW = 32;
const TITLE = 28;

const steps = Math.floor((preview.end - preview.start) / 1000 / preview.step);
const times = Array.from({ length: steps + 1 }, (_, i) => preview.start / 1000 + i * preview.step);

const page = document.body;
const header = add(page, "header");
add(header, "h1", "", preview.title);
for (const [label, value] of preview.chosen) {
  const choice = add(header, "span", "choice");
  add(choice, "b", "", label);
  choice.append(value);
}
add(header, "span", "time", `${clock(preview.start / 1000)} to ${clock(preview.end / 1000)} UTC`);

const grid = add(page, "main");
let bottom = 0;
for (const answer of preview.answers) {
  const { gridPos, type, title } = answer.panel;
  const box = add(grid, "section", type === "row" ? "row" : "panel");
  box.style.left = `${GAP + gridPos.x * COLUMN}px`;
  box.style.top = `${gridPos.y * ROW}px`;
  const [width, height] = [gridPos.w * COLUMN - GAP, gridPos.h * ROW - GAP];
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  add(box, "h2", "", title);
  if (type !== "row") draw(add(box, "div", "body"), answer, width - 16, height - TITLE - 8);
  bottom = Math.max(bottom, (gridPos.y + gridPos.h) * ROW);
}
grid.style.height = `${bottom}px`;

function draw(body: HTMLElement, answer: Answer, width: number, height: number): void {
  const { type } = answer.panel;
  if (type === "stat") drawStat(body, answer, width, height);
  else if (type === "timeseries") drawLines(body, answer, times, width, height);
  else if (type === "state-timeline") drawStates(body, answer, times, width, height);
  else if (type === "heatmap") drawHeatmap(body, answer, width, height);
  else if (type === "table") drawTable(body, answer);
  else throw new Error(`no panel of type ${type} can be drawn`);
}
