/** The numbers at a glance, and what to do before there are any. */

import { sum } from "../src/dev/model/calls.ts";
import type { Snapshot } from "../src/dev/model/snapshot.ts";
import { bytes, count, duration, percent, rate } from "../src/dev/view/format.ts";
import { byId, element, replace } from "./dom.ts";

interface Stat {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly kind?: "bad" | "serious" | undefined;
}

export function showStats(snapshot: Snapshot): void {
  replace(
    byId("stats"),
    ...statsOf(snapshot).map(({ id, label, value, note, kind = "" }) =>
      element(
        "div",
        { class: kind, id: `stat-${id}` },
        element("div", { class: "label" }, label),
        element("div", { class: "value" }, value),
        element("div", { class: "note" }, note),
      ),
    ),
  );
}

function statsOf(snapshot: Snapshot): Stat[] {
  const { requests, failed, p50, p95, instances, pushes, reported, dropped, sent, coldStarts, series } =
    snapshot;
  const unsuccessful = sum(Object.entries(reported).map(([result, n]) => (result === "success" ? 0 : n)));
  const refused = pushes.refused ? `▲ ${count(pushes.refused)} refused` : "none refused";
  const stats: Stat[] = [
    { id: "requests", label: "Counted", value: count(requests), note: `calls, ${rate(snapshot.rate)}` },
    {
      id: "failed",
      label: "Failed",
      value: percent(failed, requests),
      note: failed ? `▲ ${count(failed)} of ${count(requests)}` : "no failure",
      kind: failed ? "serious" : undefined,
    },
    { id: "latency", label: "Latency, p95", value: duration(p95), note: `p50 ${duration(p50)}, last minute` },
    {
      id: "instances",
      label: "Instances live",
      value: count(instances.live),
      note: `${count(instances.born)} born, ${count(instances.ended)} ended`,
    },
    {
      id: "pushes",
      label: "Pushes",
      value: count(pushes.accepted),
      note: `${refused}, ${bytes(pushes.bytes)}`,
    },
  ];
  if (sent) {
    const open = sent.answered - requests;
    const note =
      open > 0
        ? `${count(open)} on the way`
        : open < 0
          ? `${count(-open)} came past the proxy`
          : "all are counted";
    stats.splice(0, 0, { id: "sent", label: "Sent through the proxy", value: count(sent.answered), note });
  }
  const said = unsuccessful ? `▲ ${count(unsuccessful)} pushes failed` : "no push failed";
  const lost = dropped ? `▲ ${count(dropped)} points dropped` : "no point dropped";
  stats.push({
    id: "reported",
    label: "Instances report",
    value: dropped ? "loss" : unsuccessful ? "retried" : "all well",
    note: `${said}, ${lost}`,
    kind: dropped ? "bad" : undefined,
  });
  stats.push({
    id: "series",
    label: "Series",
    value: count(series),
    note: coldStarts ? `${count(coldStarts)} cold starts` : "in memory",
  });
  return stats;
}

/** Until the first push: where to push. */
export function showWaiting({ url, pushes }: Snapshot): void {
  const place = byId("waiting");
  const isWaiting = pushes.accepted + pushes.refused === 0;
  place.hidden = !isWaiting;
  document.body.classList.toggle("is-empty", isWaiting);
  if (!isWaiting) return;
  const lines = [
    ["remote write", `PUSHMETER_REMOTE_WRITE_URL=${url}/api/v1/write`],
    ["Pushgateway", `PUSHMETER_PUSHGATEWAY_URL=${url}`],
    ["OTLP", `PUSHMETER_OTLP_URL=${url}/v1/metrics`],
    ["Grafana", `${url} as a Prometheus data source`],
  ].flatMap(([wire = "", text = ""]) => [
    element("dt", {}, wire),
    element("dd", {}, element("code", {}, text)),
  ]);
  replace(
    place,
    element("h2", {}, "Waiting for the first push"),
    element(
      "p",
      {},
      "Put one of these lines into ",
      element("code", {}, ".dev.vars"),
      " (Workers) or into the environment (everything else), and send a request to your application.",
    ),
    element("dl", {}, ...lines),
  );
}
