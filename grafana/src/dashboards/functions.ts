import { dashboard } from "../dashboard.ts";
import { lines } from "../panels/lines.ts";
import { FAILED_SHARE } from "../panels/requests.ts";
import { stat } from "../panels/stat.ts";
import {
  chosen,
  FAAS,
  FAILED,
  liveInstances,
  newInstances,
  orNone,
  quantile,
  rate,
  share,
  total,
} from "../query.ts";
import { BAD, GOOD, OUTCOMES, PERCENTILES } from "../theme.ts";
import { datasource, instance, job } from "../variables.ts";

const COUNT = `${FAAS}_count`;
const COLD_STARTS = "faas_coldstarts_total";
/** Which function: crons and queues have names, other triggers only a kind. */
const FUNCTION = "faas_trigger, faas_cron, messaging_destination_name";
const FUNCTION_LEGEND = "{{faas_trigger}} {{faas_cron}}{{messaging_destination_name}}";
/** Crons run seldom: per second they would be thousandths. */
const PER_MINUTE = "suffix:/min";

const perMinute = (rate: string) => `60 * ${rate}`;
const invocations = rate(chosen(COUNT));
const failed = rate(chosen(COUNT, FAILED));
const coldStarts = rate(chosen(COLD_STARTS), "faas_trigger");
const COLD_STARTS_NOTE =
  "A Pushgateway and a scrape cannot show it: there an instance's first value has no zero before it.";

export const functions = dashboard({
  name: "functions",
  title: "Functions",
  description: "Invocations by triggers other than HTTP, cold starts, and instances.",
  variables: [datasource, job(), instance()],
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
          queries: [{ expr: share(failed, invocations) }],
        }),
        stat({
          title: "Cold starts",
          description: `Instances that served a first invocation within the time shown, HTTP included. ${COLD_STARTS_NOTE}`,
          unit: "short",
          decimals: 0,
          trend: false,
          queries: [{ expr: `${total(chosen(COLD_STARTS))} or vector(0)` }],
        }),
        stat({
          title: "Instances",
          description: "Instances that have pushed within the last five minutes, or are scraped.",
          unit: "short",
          decimals: 0,
          queries: [{ expr: `count(${liveInstances()})` }],
        }),
      ],
    },
    {
      height: 8,
      panels: [
        lines({
          title: "Invocations by function",
          description: "Invocations per minute by trigger, and by cron or queue where it has a name.",
          unit: PER_MINUTE,
          queries: [{ expr: perMinute(rate(chosen(COUNT), FUNCTION)), legend: FUNCTION_LEGEND }],
        }),
        lines({
          title: "Invocations by outcome",
          description: "Invocations per minute by how they ended, one on the other.",
          unit: PER_MINUTE,
          stacked: true,
          colours: OUTCOMES,
          queries: [{ expr: perMinute(rate(chosen(COUNT), "outcome")), legend: "{{outcome}}" }],
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
      ],
    },
    {
      heading: "Failures and instances",
      height: 8,
      panels: [
        lines({
          title: "Failures by function and kind",
          description: "Failed invocations per minute by trigger and the class of what was thrown.",
          unit: PER_MINUTE,
          shades: BAD,
          colours: { none: GOOD },
          queries: [
            {
              expr: orNone(
                perMinute(rate(chosen(COUNT, 'error_type!=""'), `${FUNCTION}, error_type`)),
                "error_type",
              ),
              legend: `${FUNCTION_LEGEND} {{error_type}}`,
            },
          ],
        }),
        lines({
          title: "Cold starts by trigger",
          description: `Instances per minute by what their first invocation was. ${COLD_STARTS_NOTE}`,
          unit: PER_MINUTE,
          stacked: true,
          queries: [{ expr: orNone(perMinute(coldStarts), "faas_trigger"), legend: "{{faas_trigger}}" }],
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
