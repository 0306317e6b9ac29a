/** Invocations by triggers other than HTTP, batches, cold starts, and instances. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard } from "../dashboard.ts";
import { UIDS } from "../links.ts";
import { COLD_STARTS, FAAS, INIT, RECORDS } from "../names.ts";
import { lines } from "../panels/lines.ts";
import { cpuTime, endedByPlatform, platformOutcomes } from "../panels/platform.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { counter, failedInvocations, observations } from "../query/growing.ts";
import { liveInstances, newInstances, orNone } from "../query/presence.ts";
import { Queries, RATE_INTERVAL, type Scope, WHOLE_RANGE } from "../query/queries.ts";
import { FUNCTION, SOURCE } from "../rules/growth.ts";
import { NEUTRAL, OK, OUTCOMES, PERCENTILES, WARN } from "../theme.ts";
import { CHOSEN, choices } from "../variables.ts";

const FUNCTION_LEGEND =
  "{{faas_trigger}} {{faas_cron}}{{faas_schedule}}{{messaging_destination_name}} {{code_function_name}}";
const SOURCE_LEGEND = "{{faas_trigger}} {{messaging_destination_name}}";
/** Crons run seldom: per second they would be thousandths. */
const PER_MINUTE = "suffix:/min";

/** A tail Worker records those by HTTP, too. */
const NO_REQUEST = 'faas_trigger!="http"';

const invocations = observations(FAAS, NO_REQUEST);
const failures = failedInvocations(FAAS, NO_REQUEST);
const records = counter(RECORDS);
const failedRecords = counter(RECORDS, 'outcome!="success"');
const coldStarts = counter(COLD_STARTS);
const COLD_STARTS_NOTE = "A scrape cannot show it: there an instance's first value has no zero before it.";
const LAMBDA_NOTE = "Lambda only.";

export function functions({ dialect }: Pick<Scope, "dialect">): Dashboard {
  const q = new Queries({ ...CHOSEN, dialect });
  return dashboard({
    uid: UIDS.functions,
    title: "Functions",
    description:
      "Invocations by triggers other than HTTP, batches, outcomes that the platform reports, cold starts, and instances.",
    variables: choices(dialect),
    rows: [
      {
        height: 4,
        panels: [
          stat({
            title: "Invocations",
            description:
              "Invocations per minute within the last five minutes, by triggers other than HTTP: crons, queues and others.",
            unit: PER_MINUTE,
            decimals: 1,
            noValue: "nothing heard",
            queries: [{ expr: q.perMinute(invocations, "", { window: "5m" }) }],
          }),
          stat({
            title: "Failed",
            description: "Part of the last hour's invocations that ended with an exception or a timeout.",
            unit: "percentunit",
            decimals: 2,
            thresholds: FAILED_SHARE,
            noValue: "none in an hour",
            queries: [
              { expr: q.share(failures, invocations, "", "1h"), legend: "part" },
              { expr: q.growthOrZero(failures, invocations, "", "1h"), legend: "failures" },
            ],
            units: { failures: "none" },
          }),
          stat({
            title: "Failed records",
            description: `Part of the records of batches within the time shown that failed, and are delivered again. ${LAMBDA_NOTE}`,
            unit: "percentunit",
            decimals: 2,
            thresholds: FAILED_SHARE,
            noValue: "no records",
            queries: [{ expr: q.share(failedRecords, records, "", WHOLE_RANGE) }],
          }),
          [
            stat({
              title: "Cold starts",
              description: `Instances that served a first invocation within the time shown, HTTP included. ${COLD_STARTS_NOTE}`,
              unit: "none",
              decimals: 0,
              noValue: "nothing heard",
              queries: [{ expr: `${q.total(coldStarts)} or ${q.zero(coldStarts)}` }],
            }),
            3,
          ],
          [
            stat({
              title: "Init time",
              description: `Half of the cold starts within the time shown, and 95 % of them, took at most this long from the start of the process until it could serve. ${LAMBDA_NOTE} ${COLD_STARTS_NOTE}`,
              unit: "s",
              decimals: 2,
              colours: PERCENTILES,
              noValue: "no starts",
              queries: [0.5, 0.95].map((part) => ({
                expr: q.quantile(part, INIT, [], "", WHOLE_RANGE),
                legend: `p${part * 100}`,
              })),
            }),
            6,
          ],
          [
            stat({
              title: "Instances",
              description:
                "Instances that have pushed within the last five minutes, or are scraped. Of an aggregator its shards: Push health has the instances behind it.",
              unit: "none",
              decimals: 0,
              noValue: "none",
              queries: [{ expr: `count(${liveInstances(q)})` }],
            }),
            3,
          ],
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Invocations by function",
            description:
              "Invocations per minute by trigger, and by cron, schedule, queue or function where it has a name. A batch is one invocation.",
            unit: PER_MINUTE,
            queries: [{ expr: q.perMinute(invocations, FUNCTION), legend: FUNCTION_LEGEND }],
          }),
          lines({
            title: "Invocations by outcome",
            description: "Invocations per minute by how they ended, one on the other.",
            unit: PER_MINUTE,
            stacked: true,
            colours: OUTCOMES,
            queries: [{ expr: q.perMinute(invocations, "outcome"), legend: "{{outcome}}" }],
          }),
        ],
      },
      {
        height: 8,
        panels: [
          lines({
            title: "Duration percentiles",
            description: "Half of the invocations, 95 % and 99 % of them took at most this long.",
            unit: "s",
            colours: PERCENTILES,
            queries: [0.5, 0.95, 0.99].map((part) => ({
              expr: q.quantile(part, FAAS, [NO_REQUEST], "", RATE_INTERVAL),
              legend: `p${part * 100}`,
            })),
          }),
          lines({
            title: "p95 duration by trigger",
            description: "95 % of a trigger's invocations took at most this long.",
            unit: "s",
            queries: [
              {
                expr: q.quantile(0.95, FAAS, [NO_REQUEST], "faas_trigger", RATE_INTERVAL),
                legend: "{{faas_trigger}}",
              },
            ],
          }),
          lines({
            title: "Failures by function and kind",
            description: "Failed invocations per minute by trigger and the class of what was thrown.",
            unit: PER_MINUTE,
            colours: { none: NEUTRAL },
            queries: [
              {
                expr: orNone(
                  q,
                  q.perMinute(observations(FAAS, NO_REQUEST, 'error_type!=""'), `${FUNCTION}, error_type`),
                  "error_type",
                ),
                legend: `${FUNCTION_LEGEND} {{error_type}}`,
              },
            ],
          }),
        ],
      },
      {
        heading: "Batches",
        height: 8,
        panels: [
          lines({
            title: "Records by outcome",
            description: `Records of batches per minute by the outcome of each, one on the other. ${LAMBDA_NOTE}`,
            unit: PER_MINUTE,
            stacked: true,
            colours: OUTCOMES,
            queries: [{ expr: q.perMinute(records, "outcome"), legend: "{{outcome}}" }],
          }),
          lines({
            title: "Failed records by source",
            description: `Part of a queue's or stream's records that failed, also when the function has only reported them. ${LAMBDA_NOTE}`,
            unit: "percentunit",
            queries: [
              {
                expr: q.share(failedRecords, records, SOURCE, "10m"),
                legend: SOURCE_LEGEND,
              },
            ],
          }),
          lines({
            title: "Records per batch",
            description: `Mean size of a queue's or stream's batches. Small ones: a longer batch window saves invocations. ${LAMBDA_NOTE}`,
            unit: "none",
            decimals: 1,
            queries: [
              {
                expr: `${q.growth(records, SOURCE, "10m")} / (${q.growth(invocations, SOURCE, "10m")} > 0)`,
                legend: SOURCE_LEGEND,
              },
            ],
          }),
        ],
      },
      {
        heading: "Outcomes that code cannot see",
        height: 8,
        panels: [platformOutcomes(q), endedByPlatform(q), cpuTime(q)],
      },
      {
        heading: "Starts and instances",
        height: 8,
        panels: [
          lines({
            title: "Cold starts by trigger",
            description: `Instances per minute by what their first invocation was. ${COLD_STARTS_NOTE}`,
            unit: PER_MINUTE,
            stacked: true,
            colours: { none: NEUTRAL },
            queries: [
              {
                expr: orNone(q, q.perMinute(coldStarts, "faas_trigger"), "faas_trigger"),
                legend: "{{faas_trigger}}",
              },
            ],
          }),
          lines({
            title: "Init time percentiles",
            description: `Of the cold starts of ten minutes: half of them, and 95 %, took at most this long. ${LAMBDA_NOTE}`,
            unit: "s",
            colours: PERCENTILES,
            queries: [0.5, 0.95].map((part) => ({
              expr: q.quantile(part, INIT, [], "", "10m"),
              legend: `p${part * 100}`,
            })),
          }),
          lines({
            title: "Instances",
            description:
              "Instances that have pushed within the last five minutes, and those of them that are new in that time.",
            unit: "none",
            colours: { live: OK, new: WARN },
            queries: [
              { expr: `count(${liveInstances(q)})`, legend: "live" },
              { expr: `count(${newInstances(q)}) or 0 * count(${liveInstances(q)})`, legend: "new" },
            ],
          }),
        ],
      },
    ],
  });
}
