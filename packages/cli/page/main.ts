/** The live page of `pushmeter dev`: takes snapshots from the server and shows them. */
import type { Outcome } from "../src/dev/model/roles.ts";
import type { Snapshot } from "../src/dev/model/snapshot.ts";
import { amount, count, duration } from "../src/dev/view/format.ts";
import { Chart } from "./chart.ts";
import { OUTCOME_STROKES, PERCENTILE_STROKES } from "./colours.ts";
import { byId, element, replace } from "./dom.ts";
import { showLanes } from "./lanes.ts";
import { showStats, showWaiting } from "./stats.ts";
import { showTables } from "./tables.ts";

const rates = new Chart(byId("rate"), "rate-title", amount);
const latency = new Chart(byId("latency"), "latency-title", duration);
let newest: Snapshot | undefined;
let isPaused = false;
let isConnected = false;

function show(snapshot: Snapshot): void {
  showWaiting(snapshot);
  showStats(snapshot);
  showCharts(snapshot);
  showLanes(byId("lanes"), snapshot);
  showTables(snapshot);
  const { instances, pushes, evicted, started } = snapshot;
  byId("instances-note").textContent = "● born  | push  ■ ended";
  byId("pushes-note").textContent = `${count(pushes.samples)} samples in ${count(pushes.accepted)} pushes`;
  const left = evicted ? ` ${count(evicted)} series made room for newer ones.` : "";
  byId("footer").textContent =
    `Since ${new Date(started).toLocaleTimeString()}: ${count(instances.born)} instances. All is in memory and ends with the command.${left} Keys: c cuts the receiver, p pauses the page, ← and → read a chart.`;
}

function showCharts({ chart }: Snapshot): void {
  const seconds = Array.from({ length: chart.p50.length }, (_, i) => chart.first + i);
  const lines = Object.entries(chart.outcomes).map(([name, values]) => ({
    name,
    stroke: OUTCOME_STROKES[name as Outcome],
    values,
  }));
  rates.show({ seconds, lines, cuts: chart.cuts });
  const hasLatency = chart.p50.some((value) => value !== null);
  const percentiles = (["p50", "p95", "p99"] as const).map((name) => ({
    name,
    stroke: PERCENTILE_STROKES[name],
    values: chart[name],
  }));
  latency.show({ seconds, lines: hasLatency ? percentiles : [], cuts: chart.cuts });
}

function showStatus(): void {
  const { url = location.origin, cutUntil = 0 } = newest ?? {};
  const left = Math.ceil((cutUntil - Date.now()) / 1000);
  const isCut = left > 0;
  document.body.classList.toggle("is-cut", isCut);
  const state = !isConnected
    ? "✕ pushmeter dev has ended"
    : isCut
      ? `✂ cut: pushes are refused for ${left} s`
      : isPaused
        ? "‖ paused; pushes are received"
        : "● receiving";
  replace(byId("status"), element("span", { class: "state" }, state), element("code", {}, url));
}

const events = new EventSource("/live/events");
events.onmessage = ({ data }) => {
  newest = JSON.parse(data) as Snapshot;
  isConnected = true;
  showStatus();
  if (!isPaused) show(newest);
};
events.onerror = () => {
  isConnected = false;
  showStatus();
};

function cut(): void {
  fetch("/live/cut?seconds=10", { method: "POST" }).catch(() => showStatus());
}

function pause(): void {
  isPaused = !isPaused;
  byId("pause").setAttribute("aria-pressed", `${isPaused}`);
  if (newest && !isPaused) show(newest);
  showStatus();
}

byId("cut").addEventListener("click", cut);
byId("pause").addEventListener("click", pause);
addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (ctrlKey || metaKey || altKey) return;
  if (key === "c") cut();
  if (key === "p") pause();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  rates.restyle();
  latency.restyle();
});
addEventListener("resize", () => newest && showLanes(byId("lanes"), newest));
setInterval(showStatus, 250);
showStatus();
