import uPlot from "uplot";
import type { Answer } from "../answers.ts";
import { colourOf, override } from "./colours.ts";
import { add } from "./dom.ts";
import { namedSeries } from "./legend.ts";
import { format } from "./units.ts";

const AXIS = { stroke: "#9fa7b3", grid: { stroke: "#24272d", width: 1 }, ticks: { show: false } };
export const FONT = "11px Inter, Helvetica, Arial, sans-serif";

/** @param times - seconds since the epoch; where a series has no sample there is a gap. */
export function drawLines(
  body: HTMLElement,
  answer: Answer,
  times: readonly number[],
  width: number,
  height: number,
): void {
  const { panel } = answer;
  const defaults = panel.fieldConfig?.defaults;
  const series = namedSeries(answer);
  if (!series.length) {
    add(body, "div", "empty", "No data");
    return;
  }
  const custom = defaults?.custom as { stacking?: { mode?: string } } | undefined;
  const isStacked = custom?.stacking?.mode === "normal";
  const drawn = new Set(series.flatMap(({ samples }) => samples.map(([time]) => time)));
  const below = new Map<number, number>();
  const columns = series.map(({ samples }) => {
    const byTime = new Map(samples);
    return times.map((time) => {
      const value = byTime.get(time);
      const isGap = value === undefined || !Number.isFinite(value);
      if (!isStacked) return isGap ? null : value;
      if (isGap) return below.get(time) ?? (drawn.has(time) ? 0 : null);
      const top = (below.get(time) ?? 0) + value;
      below.set(time, top);
      return top;
    });
  });
  const unit = defaults?.unit ?? "";
  const isRight = series.map(({ name }) => override(panel, name, "custom.axisPlacement") === "right");
  const range: uPlot.Range.Function = (_, __, max) => [defaults?.min ?? 0, max > 0 ? max * 1.08 : 1];
  const axis = {
    ...AXIS,
    font: FONT,
    size: 64,
    space: 32,
    values: (_: uPlot, ticks: number[]) => ticks.map((tick) => format(tick, unit, defaults?.decimals)),
  };
  const colours = series.map(({ name }, i) => colourOf(panel, name, i));
  const chart = add(body, "div");
  const legend = add(body, "div", "legend");
  series.forEach(({ name }, i) => {
    const entry = add(legend, "span", "entry");
    add(entry, "i").style.background = colours[i] ?? "";
    entry.append(name);
  });
  const options: uPlot.Options = {
    width,
    height: height - legend.offsetHeight,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { y: { range }, right: { range } },
    axes: [
      { ...AXIS, font: FONT, size: 26, space: 70, values: (_, ticks) => ticks.map(clock) },
      axis,
      ...(isRight.includes(true)
        ? [{ ...axis, scale: "right", side: 1 as const, grid: { show: false } }]
        : []),
    ],
    series: [
      {},
      ...series.map(({ name }, i): uPlot.Series => {
        const dash = override(panel, name, "custom.lineStyle") as { dash?: number[] } | undefined;
        return {
          stroke: colours[i] ?? "",
          scale: isRight[i] ? "right" : "y",
          width: isStacked ? 1 : 2,
          points: { show: false },
          ...(dash?.dash ? { dash: dash.dash } : {}),
          ...(isStacked || dash ? {} : { fill: `${colours[i]}14` }),
          ...(isStacked && i === 0 ? { fill: `${colours[i]}99` } : {}),
        };
      }),
    ],
    ...(isStacked
      ? {
          bands: series
            .slice(1)
            .map((_, i) => ({ series: [i + 2, i + 1] as [number, number], fill: `${colours[i + 1]}99` })),
        }
      : {}),
  };
  new uPlot(options, [times, ...columns] as uPlot.AlignedData, chart);
}

export function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16);
}
