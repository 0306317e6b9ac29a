/** A chart of lines over the last minutes, with uPlot. */
import uPlot from "uplot";
import type { Maybe } from "../src/dev/model/snapshot.ts";
import { colourOf, type Stroke } from "./colours.ts";
import { drawing, element, replace } from "./dom.ts";

const HEIGHT = 220;

interface Line {
  readonly name: string;
  readonly stroke: Stroke;
  readonly values: readonly Maybe[];
}

export interface ChartData {
  /** Seconds since the epoch. */
  readonly seconds: readonly number[];
  readonly lines: readonly Line[];
  /** Milliseconds since the epoch. */
  readonly cuts: readonly (readonly [from: number, to: number])[];
}

export class Chart {
  readonly #place: HTMLElement;
  readonly #legend = element("ul", { class: "legend" });
  readonly #format: (value: number | null) => string;
  #plot: uPlot | undefined;
  #names = "";
  #data: ChartData = { seconds: [], lines: [], cuts: [] };

  /** @param title - the id of the heading that names the chart. */
  constructor(place: HTMLElement, title: string, format: (value: number | null) => string) {
    this.#place = place;
    this.#format = format;
    place.tabIndex = 0;
    place.setAttribute("role", "img");
    place.setAttribute("aria-labelledby", title);
    place.after(this.#legend);
    place.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
  }

  show(data: ChartData): void {
    this.#data = data;
    const names = data.lines.map(({ name }) => name).join();
    if (!this.#plot || names !== this.#names) {
      this.#names = names;
      this.restyle();
    } else {
      this.#plot.setData(this.#columns(), true);
      this.#showLegend();
    }
  }

  /** Draws anew, as in another colour scheme. */
  restyle(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#place.replaceChildren();
    if (!this.#data.lines.length) {
      this.#place.append(element("p", { class: "none" }, "Nothing yet."));
      replace(this.#legend);
      return;
    }
    this.#plot = new uPlot(this.#options(), this.#columns(), this.#place);
    this.#showLegend();
  }

  #columns(): uPlot.AlignedData {
    return [[...this.#data.seconds], ...this.#data.lines.map(({ values }) => [...values])];
  }

  #size() {
    return { width: this.#place.clientWidth, height: HEIGHT };
  }

  #options(): uPlot.Options {
    const axis = {
      stroke: colourOf("--dim"),
      grid: { stroke: colourOf("--grid"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui, sans-serif",
    };
    return {
      ...this.#size(),
      legend: { show: false },
      padding: [10, 12, 0, 0],
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
      axes: [
        { ...axis, size: 30, space: 70, values: (_, splits) => splits.map(minutes) },
        { ...axis, size: 62, values: (_, splits) => splits.map((value) => this.#format(value)) },
      ],
      series: [
        {},
        ...this.#data.lines.map(({ name, stroke }) => ({
          label: name,
          stroke: colourOf(stroke.colour),
          dash: [...stroke.dash],
          width: 2,
          points: { show: false },
        })),
      ],
      hooks: { drawClear: [(plot) => this.#drawCuts(plot)], setCursor: [() => this.#showLegend()] },
    };
  }

  /** Where the receiver was cut: a shade, and the word. */
  #drawCuts({ ctx, bbox, valToPos, scales }: uPlot): void {
    const { min = 0, max = 0 } = scales.x ?? {};
    for (const [from, to] of this.#data.cuts) {
      const [start, end] = [Math.max(from / 1000, min ?? 0), Math.min(to / 1000, max ?? 0)];
      if (end <= start) continue;
      const [left, right] = [valToPos(start, "x", true), valToPos(end, "x", true)];
      ctx.save();
      ctx.fillStyle = colourOf("--cut");
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
      ctx.fillStyle = colourOf("--dim");
      ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
      ctx.textAlign = "left";
      ctx.fillText("cut", left + 3 * devicePixelRatio, bbox.top + 12 * devicePixelRatio);
      ctx.restore();
    }
  }

  /** The values under the cursor, or the newest. */
  #showLegend(): void {
    const at = this.#plot?.cursor.idx;
    const items = this.#data.lines.map(({ name, stroke, values }) => {
      const value = at == null ? (values.findLast((one) => one !== null) ?? null) : (values[at] ?? null);
      const { colour, dash } = stroke;
      const line = drawing("line", {
        x1: 0,
        y1: 4,
        x2: 26,
        y2: 4,
        stroke: `var(${colour})`,
        "stroke-width": 2.5,
        "stroke-dasharray": dash.join(" "),
      });
      const key = drawing("svg", { width: 26, height: 8, "aria-hidden": "true" }, line);
      return element("li", {}, key, name, element("b", {}, this.#format(value)));
    });
    const time = at == null ? undefined : this.#data.seconds[at];
    if (time !== undefined) items.push(element("li", {}, new Date(time * 1000).toLocaleTimeString()));
    replace(this.#legend, ...items);
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const plot = this.#plot;
    if (!step || !plot) return;
    event.preventDefault();
    const last = this.#data.seconds.length - 1;
    const at = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + step * (event.shiftKey ? 10 : 1)));
    plot.setCursor({ left: plot.valToPos(this.#data.seconds[at] ?? 0, "x"), top: 0 });
  }
}

function minutes(seconds: number): string {
  const date = new Date(seconds * 1000);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => `${part}`.padStart(2, "0"))
    .join(":");
}
