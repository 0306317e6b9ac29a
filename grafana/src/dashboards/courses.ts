/** The dashboard of `examples/worker`: a service's own instruments beside the ones it gets for free. */
import { dashboard } from "../dashboard.ts";
import { heatmap } from "../panels/heatmap.ts";
import { lines } from "../panels/lines.ts";
import { stat } from "../panels/stat.ts";
import { liveInstances } from "../presence.ts";
import {
  buckets,
  chosen,
  counter,
  FAAS,
  observations,
  observed,
  perMinute,
  rate,
  share,
  total,
} from "../query.ts";
import { BAD, GOOD } from "../theme.ts";
import { datasource, histograms, instance, jobWith } from "../variables.ts";

const LOGINS = "app_logins_total";
const RESULTS = "app_search_results";
const PER_MINUTE = "suffix:/min";
const LOGIN_COLOURS = { success: GOOD, failure: BAD };

const logins = (...matchers: string[]) => counter(LOGINS, ...matchers);
/** Every instance reports the whole database's users; the largest of those who live is the newest. */
const users = `max(${chosen("app_users")} and on (job, instance) ${liveInstances()})`;
const searches = observations(RESULTS);

export const courses = dashboard({
  name: "courses",
  title: "Courses",
  description: "The example's course catalogue: log-ins, users, searches and enrolments.",
  variables: [datasource, jobWith(LOGINS), instance(), histograms],
  rows: [
    {
      height: 4,
      panels: [
        stat({
          title: "Log-ins",
          description: "Log-ins within the time shown that succeeded (green) and failed (red).",
          unit: "short",
          decimals: 0,
          trend: false,
          colours: LOGIN_COLOURS,
          queries: ["success", "failure"].map((result) => ({
            expr: total(logins(`result="${result}"`)),
            legend: result,
          })),
        }),
        stat({
          title: "Failed log-ins",
          description: "Part of the log-ins that failed. Far above the usual: somebody is trying passwords.",
          unit: "percentunit",
          decimals: 1,
          thresholds: [
            [null, GOOD],
            [0.25, "orange"],
            [0.5, BAD],
          ],
          queries: [{ expr: share(rate(logins('result="failure"')), rate(logins())) }],
        }),
        stat({
          title: "Users",
          description: "Users in the database, as of the last push.",
          unit: "short",
          decimals: 0,
          queries: [{ expr: users }],
        }),
        stat({
          title: "Searches",
          description: "Searches per minute.",
          unit: PER_MINUTE,
          decimals: 1,
          queries: [{ expr: perMinute(searches) }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: "Log-ins by result",
          description: "Log-ins per minute that succeeded (green) and failed (red).",
          unit: PER_MINUTE,
          stacked: true,
          colours: LOGIN_COLOURS,
          queries: [{ expr: perMinute(logins(), "result"), legend: "{{result}}" }],
        }),
        lines({
          title: "Users",
          description: "Users in the database, counted once per push.",
          unit: "short",
          colours: { users: "blue" },
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
          unit: "short",
          decimals: 1,
          colours: { mean: "blue" },
          queries: [{ expr: `${rate(observed(RESULTS))} / ${rate(searches)}`, legend: "mean" }],
        }),
        heatmap({
          title: "Courses found, distribution",
          description: "Searches per second by how many courses they found.",
          unit: "short",
          cells: "suffix:/s",
          queries: [{ expr: rate(buckets(RESULTS), "le"), legend: "{{le}}" }],
        }),
        lines({
          title: "Enrolment batches",
          description: "Batches of the queue of enrolments per minute by how they ended.",
          unit: PER_MINUTE,
          stacked: true,
          colours: { success: GOOD, exception: BAD },
          queries: [
            {
              expr: perMinute(observations(FAAS, 'messaging_destination_name="enrolments"'), "outcome"),
              legend: "{{outcome}}",
            },
          ],
        }),
      ],
    },
  ],
});
