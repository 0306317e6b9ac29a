/** The dashboard of `examples/worker`: a service's own instruments beside the ones that it gets for free. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../../src/dashboard.ts";
import { FAAS } from "../../src/names.ts";
import { heatmap } from "../../src/panels/heatmap.ts";
import { lines } from "../../src/panels/lines.ts";
import { stat } from "../../src/panels/stat.ts";
import { counter, observations, observed } from "../../src/query/growing.ts";
import { liveInstances } from "../../src/query/presence.ts";
import { Queries, type Scope } from "../../src/query/queries.ts";
import { BAD, OK, WARN } from "../../src/theme.ts";
import { CHOSEN, choices } from "../../src/variables.ts";

const LOGINS = "app_logins_total";
const RESULTS = "app_search_results";
const PER_MINUTE = "suffix:/min";
const LOGIN_COLOURS = { success: OK, failure: BAD };

const SILENT = "nothing heard";

const logins = (...matchers: string[]) => counter(LOGINS, ...matchers);
const searches = observations(RESULTS);

export function courses({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  /** Every instance reports the whole database's users; the largest of those who live is the newest. */
  const users = `max(${q.select("app_users")} and on (job, instance) ${liveInstances(q)})`;
  return dashboard({
    uid: "pushmeter-courses",
    title: "Courses",
    description: "The example's course catalogue: log-ins, users, searches and enrolments.",
    variables: choices(dialect, LOGINS),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: "Log-ins",
            description: "Log-ins within the time shown that succeeded (blue) and failed (red).",
            unit: "none",
            decimals: 0,
            colours: LOGIN_COLOURS,
            noValue: SILENT,
            queries: ["success", "failure"].map((result) => ({
              expr: q.total(logins(`result="${result}"`)),
              legend: result,
            })),
          }),
          stat({
            title: "Failed log-ins",
            description:
              "Part of the last hour's log-ins that failed. Far above the usual: somebody is trying passwords.",
            unit: "percentunit",
            decimals: 1,
            thresholds: [
              [null, OK],
              [0.25, WARN],
              [0.5, BAD],
            ],
            noValue: "none in an hour",
            queries: [{ expr: q.share(logins('result="failure"'), logins(), "", "1h") }],
          }),
          stat({
            title: "Users",
            description: "Users in the database, as of the last push.",
            unit: "none",
            decimals: 0,
            noValue: SILENT,
            queries: [{ expr: users }],
          }),
          stat({
            title: "Searches",
            description: "Searches per minute within the last five minutes.",
            unit: PER_MINUTE,
            decimals: 1,
            noValue: SILENT,
            queries: [{ expr: q.perMinute(searches, "", { window: "5m" }) }],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Log-ins by result",
            description: "Log-ins per minute that succeeded (blue) and failed (red).",
            unit: PER_MINUTE,
            stacked: true,
            colours: LOGIN_COLOURS,
            queries: [{ expr: q.perMinute(logins(), "result"), legend: "{{result}}" }],
          }),
          lines({
            title: "Users",
            description: "Users in the database, counted once per push.",
            unit: "none",
            colours: { users: OK },
            queries: [{ expr: users, legend: "users" }],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Courses found per search",
            description:
              "Mean number of courses that a search finds. Near zero: people look for what is not there.",
            unit: "none",
            decimals: 1,
            colours: { mean: OK },
            queries: [
              {
                expr: `${q.growth(observed(RESULTS), "", "10m")} / (${q.growth(searches, "", "10m")} > 0)`,
                legend: "mean",
              },
            ],
          }),
          heatmap({
            title: "Courses found, distribution",
            description: "Searches per second by how many courses they found.",
            unit: "none",
            cells: "suffix:/s",
            queries: [{ expr: q.buckets(RESULTS, []), legend: "{{le}}" }],
          }),
          lines({
            title: "Enrolment batches",
            description: "Batches of the queue of enrolments per minute by how they ended.",
            unit: PER_MINUTE,
            stacked: true,
            colours: { success: OK, exception: BAD },
            queries: [
              {
                expr: q.perMinute(observations(FAAS, 'messaging_destination_name="enrolments"'), "outcome"),
                legend: "{{outcome}}",
              },
            ],
          }),
        ],
      },
    ],
  });
}
