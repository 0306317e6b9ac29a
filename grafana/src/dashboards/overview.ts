/** The first glance: all services, worst first. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { linkTo, UIDS } from "../links.ts";
import { FAAS, HTTP } from "../names.ts";
import { lines } from "../panels/lines.ts";
import type { PanelBuilder } from "../panels/panel.ts";
import { FAILED_SHARE, recent, SLOW } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { table } from "../panels/table.ts";
import { failedInvocations, failedRequests, observations } from "../query/growing.ts";
import { alive, STATE, silent, sinceLastPush, state } from "../query/presence.ts";
import { Queries, type Scope } from "../query/queries.ts";
import { BAD, NEUTRAL, OK, SERIOUS } from "../theme.ts";
import { CHOSEN, choices } from "../variables.ts";

/** Requests, and invocations by other triggers: whatever a service does. */
const calls = [...observations(HTTP), ...observations(FAAS)];
const failures = [...failedRequests(HTTP), ...failedInvocations(FAAS)];
const NOTHING = "–";
/** So large a part of failures, and so many of them, make a service a failing one. */
const FAILING = 0.01;
const FAILURES = 3;

/** The shortest steps: all services together have most series. */
const LINES = "30s";
const PERCENTILE_LINES = "2m";
const SUBTRACTED_LINES = "3m";

function servicesTable(q: Queries): PanelBuilder {
  const all = recent(q, calls, (window) => q.growth(calls, "job", window));
  const failed = recent(q, calls, (window) => q.growthOrZero(failures, calls, "job", window));
  const share = recent(q, calls, (window) => q.share(failures, calls, "job", window));
  const p95 = (window: string) => q.quantile(0.95, HTTP, [], "job", window);
  const failing = `((${failed} >= ${FAILURES}) / on (job) ${all} > ${FAILING})`;
  const { live, quiet, failing: bad, silent: dead } = STATE;
  return table({
    title: "Services",
    description:
      "Worst first. Silent: no push for more than five minutes and three times the longest gap of the last day. Quiet: none for a minute. Failed and its counts are of the last five minutes, or of the last hour where these had fewer than a hundred calls. Click a service to see it in depth.",
    label: "job",
    heading: "Service",
    links: [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
      linkTo("service", "This service in depth", { job: "${__value.raw:percentencode}" }),
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own variable.
      linkTo("pushHealth", "Its pushes", { job: "${__value.raw:percentencode}" }),
    ],
    columns: [
      {
        name: "State",
        unit: "none",
        expr: state(q, failing),
        states: [
          [dead, dead, "silent", BAD],
          [bad, bad + 0.999, "failing", SERIOUS],
          [quiet, quiet, "quiet", NEUTRAL],
          [live, live, "live", OK],
        ],
      },
      {
        name: "Per second",
        unit: "reqps",
        decimals: 2,
        noValue: NOTHING,
        expr: `(${q.rate(calls, "job", { window: "5m" })}) and on (job) ${alive(q)}`,
      },
      {
        name: "Failed",
        unit: "percentunit",
        decimals: 2,
        noValue: NOTHING,
        expr: share,
        thresholds: FAILED_SHARE,
      },
      { name: "Failures", unit: "none", decimals: 0, noValue: NOTHING, expr: failed },
      { name: "Of", unit: "none", decimals: 0, noValue: NOTHING, expr: all },
      {
        name: "p95",
        unit: "s",
        decimals: 2,
        noValue: NOTHING,
        expr: `((${p95("5m")}) or (${p95("1h")})) and on (job) ${alive(q)}`,
        thresholds: SLOW,
      },
      { name: "Last push", unit: "s", decimals: 0, noValue: "before the time shown", expr: sinceLastPush(q) },
    ],
  });
}

export function overview({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  return dashboard({
    uid: UIDS.overview,
    title: "Overview",
    description: "All services measured by pushmeter: which are silent, which fail, which are slow.",
    variables: choices(dialect),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: "Silent services",
            description:
              "Services without a push for more than five minutes and three times their longest gap of the last day.",
            unit: "none",
            decimals: 0,
            noValue: "nothing heard",
            thresholds: [
              [null, OK],
              [1, BAD],
            ],
            queries: [{ expr: `count(${silent(q)}) or 0 * count(${alive(q)})` }],
          }),
          stat({
            title: "Live services",
            description: "Services that are not silent.",
            unit: "none",
            decimals: 0,
            noValue: "nothing heard",
            queries: [{ expr: `count(${alive(q)})` }],
          }),
          stat({
            title: "Calls",
            description:
              "Requests and invocations per second within the last five minutes, all services together.",
            unit: "reqps",
            noValue: "nothing heard",
            queries: [{ expr: q.rate(calls, "", { window: "5m" }) }],
          }),
        ],
      },
      { height: 9, panels: [servicesTable(q)] },
      {
        height: 8,
        panels: [
          lines({
            title: "Calls by service",
            interval: LINES,
            description: "Requests and invocations per second. A gap: nothing was heard for five minutes.",
            unit: "reqps",
            queries: [{ expr: q.rate(calls, "job"), legend: "{{job}}" }],
          }),
          lines({
            title: "Failures by service",
            interval: LINES,
            description: "Failed requests and invocations per minute.",
            unit: "suffix:/min",
            queries: [{ expr: q.perMinute(failures, "job"), legend: "{{job}}" }],
          }),
          lines({
            title: "p95 latency by service",
            interval: q.dialect.growthWithoutResets ? SUBTRACTED_LINES : PERCENTILE_LINES,
            description: "95 % of a service's requests were answered within this time.",
            unit: "s",
            queries: [{ expr: q.quantile(0.95, HTTP, [], "job", "$__rate_interval"), legend: "{{job}}" }],
          }),
        ],
      },
    ],
  });
}
