/** A lane for each instance: from its birth to its last push, a tick for every push, a hollow end where it said goodbye. */
import type { InstanceRow, Snapshot } from "../src/dev/model/snapshot.ts";
import { age, count, shortId } from "../src/dev/view/format.ts";
import { drawing, element, replace } from "./dom.ts";

const LANE = 22;
const MOST = 14;
const SYMBOLS = { live: "●", quiet: "○", ended: "■" } as const;

export function showLanes(place: HTMLElement, snapshot: Snapshot): void {
  const { now, instanceRows, chart } = snapshot;
  const begin = chart.first * 1000;
  const shown = instanceRows
    .filter(({ lastPush, ended }) => Math.max(lastPush, ended) > begin)
    .slice(0, MOST);
  if (!shown.length) {
    replace(place, element("p", { class: "none" }, "No instance has pushed lately."));
    return;
  }
  // Born last is first, so that a lane keeps its place while it pushes.
  const lanes = [...shown].sort((a, b) => b.born - a.born);
  const width = Math.max(place.clientWidth, 480);
  const [left, right] = [width < 700 ? 130 : 260, width < 700 ? 96 : 190];
  const x = (time: number) =>
    left + ((Math.max(time, begin) - begin) / (now - begin)) * (width - left - right);
  const height = lanes.length * LANE + 18;
  const marks: SVGElement[] = [];
  for (const [from, to] of chart.cuts) {
    if (to < begin) continue;
    const [start, end] = [x(from), x(Math.min(to, now))];
    marks.push(
      drawing("rect", { class: "cut", x: start, y: 0, width: Math.max(end - start, 0), height: height - 18 }),
    );
  }
  for (let minutes = 0; minutes <= (now - begin) / 60_000; minutes++) {
    const at = x(now - minutes * 60_000);
    marks.push(drawing("line", { class: "axis", x1: at, x2: at, y1: 0, y2: height - 16 }));
    const anchor = minutes === 0 ? "end" : "middle";
    marks.push(
      drawing(
        "text",
        { class: "dim", x: at, y: height - 4, "text-anchor": anchor },
        minutes ? `-${minutes} min` : "now",
      ),
    );
  }
  const rows = lanes.map((instance, i) => lane(instance, i * LANE, { x, width, left, right, now, begin }));
  const label = `Instances: ${lanes.map((one) => `${shortId(one.id)} ${one.state}, ${one.pushes} pushes`).join("; ")}`;
  replace(
    place,
    drawing(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": label },
      ...marks,
      ...rows,
    ),
  );
}

interface Frame {
  readonly x: (time: number) => number;
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly now: number;
  readonly begin: number;
}

function lane(instance: InstanceRow, top: number, { x, width, left, right, now, begin }: Frame): SVGElement {
  const { job, id, wire, state, born, lastPush, pushes, requests, pushed } = instance;
  const middle = top + LANE / 2;
  const isNarrow = left < 200;
  const [start, end] = [x(born), x(lastPush)];
  const title = drawing("title", {}, `${job} ${id}, ${wire}: ${pushes} pushes, ${count(requests)} requests`);
  const bar = drawing("rect", {
    class: `lane ${state}`,
    x: start,
    y: top + 5,
    width: Math.max(end - start, 2),
    height: LANE - 10,
    rx: 3,
  });
  const ticks = pushed
    .filter((time) => time > begin)
    .map((time) =>
      drawing("line", { class: `tick ${state}`, x1: x(time), x2: x(time), y1: top + 6, y2: top + LANE - 6 }),
    );
  const edges = [
    ...(born > begin ? [drawing("circle", { class: "edge", cx: start, cy: middle, r: 4 })] : []),
    ...(state === "ended"
      ? [drawing("rect", { class: "end", x: end - 4, y: middle - 4, width: 8, height: 8 })]
      : []),
  ];
  const name = drawing("text", { x: 0, y: middle + 4, class: "id" }, `${SYMBOLS[state]} ${shortId(id)}`);
  const more = isNarrow
    ? []
    : [drawing("text", { x: 112, y: middle + 4, class: "dim" }, clipped(job || wire, 20))];
  const said = state === "live" ? `${pushes} pushes` : `${state} ${age(now - lastPush)}`;
  const summary = isNarrow ? said : `${said}, ${count(requests)} requests`;
  const text = drawing("text", { x: width - right + 12, y: middle + 4, class: "dim" }, summary);
  return drawing("g", {}, title, bar, ...ticks, ...edges, name, ...more, text);
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
