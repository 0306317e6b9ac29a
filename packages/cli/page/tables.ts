/** The tables: routes and triggers, own metrics, pushes. */
import { type CustomRow, type Maybe, type Row, type Snapshot, SPARK } from "../src/dev/model/snapshot.ts";
import {
  amount,
  bytes,
  clock,
  count,
  duration,
  labelText,
  NONE,
  percent,
  rate,
  shortId,
} from "../src/dev/view/format.ts";
import { byId, drawing, element, replace } from "./dom.ts";

type Cell = Node | string;

export function showTables(snapshot: Snapshot): void {
  const { calls, custom, customLeft, pushRows } = snapshot;
  const last = `last ${SPARK} s`;
  const callHeads = ["route or trigger", "#calls", "#rate", "#failed", "#p50", "#p95", `#${last}`];
  fill("calls", callHeads, calls.map(callRow), "No request has been counted yet.");
  const customHeads = ["metric", "type", "#value", "#rate", `#${last}`];
  const customRows = custom.map(customRow);
  if (customLeft)
    customRows.push([element("td", { class: "dim", colspan: "5" }, `and ${count(customLeft)} more`)]);
  fill("custom", customHeads, customRows, "None yet: pushmeter.meter.createCounter(…) makes one.");
  const pushHeads = ["time", "wire", "instance", "#series", "#samples", "#body", "answer"];
  const pushed = pushRows.map((push) => [
    cell("", clock(push.time)),
    cell("", push.wire),
    cell("id", `${push.job ? `${push.job} ` : ""}${shortId(push.instance)}`),
    cell("number", count(push.series)),
    cell("number", count(push.samples)),
    cell("number", bytes(push.bytes)),
    push.status < 300
      ? cell("dim", `${push.status} stored`)
      : cell("wrap bad", `✕ ${push.status} ${push.reason}`),
  ]);
  fill("pushes", pushHeads, pushed, "None yet.");
}

function callRow({ name, total, failed, rate: perSecond, p50, p95, spark }: Row): HTMLElement[] {
  return [
    cell("name", name),
    cell("number", count(total)),
    cell("number", rate(perSecond)),
    failed ? cell("number serious", `▲ ${percent(failed, total)}`) : cell("number dim", "0 %"),
    cell("number", duration(p50)),
    cell("number", duration(p95)),
    cell("number", sparkline(spark)),
  ];
}

function customRow(metric: CustomRow): HTMLElement[] {
  const { name, labels, type, rate: perSecond, spark } = metric;
  return [
    cell("name", element("span", {}, name, element("small", {}, ` ${labelText(labels)}`))),
    cell("dim", type),
    cell("number", customValue(metric)),
    cell("number", type === "gauge" ? NONE : rate(perSecond)),
    cell("number", spark.length ? sparkline(spark) : NONE),
  ];
}

function customValue({ type, total, mean, p95 }: CustomRow): string {
  if (type !== "histogram") return amount(total);
  const of = (name: string, value: Maybe) => (value === null ? "" : `, ${name} ${amount(value)}`);
  return `${amount(total)}×${of("mean", mean)}${of("p95", p95)}`;
}

/** A head with `#` is of numbers. */
function fill(id: string, heads: readonly string[], rows: readonly HTMLElement[][], none: string): void {
  const table = byId(id);
  // What scrolls can be reached by keyboard.
  if (table.parentElement) table.parentElement.tabIndex = 0;
  const head = element(
    "tr",
    {},
    ...heads.map((name) =>
      name.startsWith("#")
        ? element("th", { class: "number", scope: "col" }, name.slice(1))
        : element("th", { scope: "col" }, name),
    ),
  );
  const body = rows.length
    ? rows.map((cells) => element("tr", {}, ...cells))
    : [element("tr", {}, element("td", { class: "none", colspan: `${heads.length}` }, none))];
  replace(table, element("thead", {}, head), element("tbody", {}, ...body));
}

function cell(kind: string, content: Cell): HTMLElement {
  return element("td", kind ? { class: kind } : {}, content);
}

const [WIDTH, HEIGHT] = [90, 20];

function sparkline(values: readonly number[]): SVGElement {
  const most = Math.max(...values, 1e-9);
  const points = values.map((value, i) => {
    const x = (i / (values.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - 1 - (value / most) * (HEIGHT - 3)).toFixed(1)}`;
  });
  const line = `M${points.join("L")}`;
  return drawing(
    "svg",
    { class: "spark", width: WIDTH, height: HEIGHT, "aria-hidden": "true" },
    drawing("path", { class: "area", d: `${line}L${WIDTH},${HEIGHT}L0,${HEIGHT}Z` }),
    drawing("path", { d: line }),
  );
}
