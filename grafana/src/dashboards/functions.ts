import { dashboard } from "../dashboard.ts";
import { lines } from "../panels/lines.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import { liveInstances, newInstances } from "../presence.ts";
import {
  counter,
  FAAS,
  FAILED,
  observations,
  orNone,
  perMinute,
  quantile,
  quantileAcrossGaps,
  quantileOfTotal,
  rate,
  share,
  total,
} from "../query.ts";
import { BAD, GOOD, OUTCOMES, PERCENTILES } from "../theme.ts";
import { datasource, histograms, instance, job } from "../variables.ts";

const COLD_STARTS = "faas_coldstarts_total";
const INIT = "faas_init_duration_seconds";
const RECORDS = "faas_records_total";
/** Which function: crons, schedules and queues have names, other triggers only a kind. */
const FUNCTION = "faas_trigger, faas_cron, faas_schedule, messaging_destination_name";
const FUNCTION_LEGEND = "{{faas_trigger}} {{faas_cron}}{{faas_schedule}}{{messaging_destination_name}}";
/** What comes in batches of records. */
const SOURCE = "faas_trigger, messaging_destination_name";
const SOURCE_LEGEND = "{{faas_trigger}} {{messaging_destination_name}}";
/** Crons run seldom: per second they would be thousandths. */
const PER_MINUTE = "suffix:/min";

const invocations = observations(FAAS);
const records = counter(RECORDS);
const failedRecords = counter(RECORDS, 'outcome!="success"');
const coldStarts = counter(COLD_STARTS);
const COLD_STARTS_NOTE =
  "A Pushgateway and a scrape cannot show it: there an instance's first value has no zero before it.";
const LAMBDA_NOTE = "Lambda only.";

export const functions = dashboard({
  name: "functions",
  title: "Functions",
  description: "Invocations by triggers other than HTTP, batches, cold starts, and instances.",
  variables: [datasource, job(), instance(), histograms],
  rows: [
    {
      height: 4,
      panels: [
        stat({
          title: "Invocations",
          description: "Invocations per minute by triggers other than HTTP: crons, queues and others.",
          unit: PER_MINUTE,
          decimals: 1,
          queries: [{ expr: perMinute(invocations) }],
        }),
        stat({
          title: "Failed",
          description: "Part of these invocations that ended with an exception or a timeout.",
          unit: "percentunit",
          decimals: 2,
          thresholds: FAILED_SHARE,
          queries: [{ expr: share(rate(observations(FAAS, FAILED)), rate(invocations)) }],
        }),
        stat({
          title: "Failed records",
          description: `Part of the records of batches within the time shown that failed, and are delivered again. ${LAMBDA_NOTE}`,
          unit: "percentunit",
          decimals: 2,
          trend: false,
          thresholds: FAILED_SHARE,
          noValue: "no records",
          queries: [{ expr: share(total(failedRecords), total(records)) }],
        }),
        [
          stat({
            title: "Cold starts",
            description: `Instances that served a first invocation within the time shown, HTTP included. ${COLD_STARTS_NOTE}`,
            unit: "short",
            decimals: 0,
            trend: false,
            queries: [{ expr: `${total(coldStarts)} or vector(0)` }],
          }),
          3,
        ],
        [
          stat({
            title: "Init time",
            description: `Half of the cold starts within the time shown, and 95 % of them, took at most this long from the start of the process until it could serve. ${LAMBDA_NOTE} ${COLD_STARTS_NOTE}`,
            unit: "s",
            decimals: 2,
            trend: false,
            colours: PERCENTILES,
            noValue: "no starts",
            queries: [0.5, 0.95].map((q) => ({ expr: quantileOfTotal(q, INIT), legend: `p${q * 100}` })),
          }),
          6,
        ],
        [
          stat({
            title: "Instances",
            description:
              "Instances that have pushed within the last five minutes, or are scraped. Of an aggregator its shards: Push health has the instances behind it.",
            unit: "short",
            decimals: 0,
            queries: [{ expr: `count(${liveInstances()})` }],
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
            "Invocations per minute by trigger, and by cron, schedule or queue where it has a name. A batch is one invocation.",
          unit: PER_MINUTE,
          queries: [{ expr: perMinute(invocations, FUNCTION), legend: FUNCTION_LEGEND }],
        }),
        lines({
          title: "Invocations by outcome",
          description: "Invocations per minute by how they ended, one on the other.",
          unit: PER_MINUTE,
          stacked: true,
          colours: OUTCOMES,
          queries: [{ expr: perMinute(invocations, "outcome"), legend: "{{outcome}}" }],
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
          queries: [0.5, 0.95, 0.99].map((q) => ({ expr: quantile(q, FAAS), legend: `p${q * 100}` })),
        }),
        lines({
          title: "p95 duration by trigger",
          description: "95 % of a trigger's invocations took at most this long.",
          unit: "s",
          queries: [{ expr: quantile(0.95, FAAS, [], "faas_trigger"), legend: "{{faas_trigger}}" }],
        }),
        lines({
          title: "Failures by function and kind",
          description: "Failed invocations per minute by trigger and the class of what was thrown.",
          unit: PER_MINUTE,
          shades: BAD,
          colours: { none: GOOD },
          queries: [
            {
              expr: orNone(
                perMinute(observations(FAAS, 'error_type!=""'), `${FUNCTION}, error_type`),
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
          queries: [{ expr: perMinute(records, "outcome"), legend: "{{outcome}}" }],
        }),
        lines({
          title: "Failed records by source",
          description: `Part of a queue's or stream's records that failed, also when the function has only reported them. ${LAMBDA_NOTE}`,
          unit: "percentunit",
          queries: [
            {
              expr: share(rate(failedRecords, SOURCE), rate(records, SOURCE), SOURCE),
              legend: SOURCE_LEGEND,
            },
          ],
        }),
        lines({
          title: "Records per batch",
          description: `Mean size of a queue's or stream's batches. Small ones: a longer batch window saves invocations. ${LAMBDA_NOTE}`,
          unit: "short",
          decimals: 1,
          queries: [
            { expr: `${rate(records, SOURCE)} / ${rate(invocations, SOURCE)}`, legend: SOURCE_LEGEND },
          ],
        }),
      ],
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
          colours: { none: "text" },
          queries: [
            {
              expr: orNone(perMinute(coldStarts, "faas_trigger"), "faas_trigger"),
              legend: "{{faas_trigger}}",
            },
          ],
        }),
        lines({
          title: "Init time percentiles",
          description: `Of the cold starts of ten minutes: half of them, and 95 %, took at most this long. ${LAMBDA_NOTE}`,
          unit: "s",
          colours: PERCENTILES,
          queries: [0.5, 0.95].map((q) => ({ expr: quantileAcrossGaps(q, INIT), legend: `p${q * 100}` })),
        }),
        lines({
          title: "Instances",
          description:
            "Instances that have pushed within the last five minutes, and those of them that are new in that time.",
          unit: "short",
          colours: { live: "blue", new: "orange" },
          queries: [
            { expr: `count(${liveInstances()})`, legend: "live" },
            { expr: `count(${newInstances()}) or vector(0)`, legend: "new" },
          ],
        }),
      ],
    },
  ],
});
