/** Panels about what the platform says of invocations, which a tail Worker with `tailMeter` hears. */
import { CPU_TIME } from "../names.ts";
import { observations } from "../query/growing.ts";
import { orNone } from "../query/presence.ts";
import { type Queries, RATE_INTERVAL } from "../query/queries.ts";
import { NEUTRAL, PERCENTILES, PLATFORM_OUTCOMES } from "../theme.ts";
import { lines } from "./lines.ts";
import type { PanelBuilder } from "./panel.ts";

/** Outcomes that the code of a Worker can see itself. */
const SEEN = 'outcome!~"success|client_error|server_error|exception"';
const NOTE = "From a tail Worker with tailMeter only.";

export function platformOutcomes(q: Queries): PanelBuilder {
  return lines({
    title: "Invocations as the platform ended them",
    description: `Invocations per minute, requests included, by the platform's outcome, one on the other. ${NOTE}`,
    unit: "suffix:/min",
    stacked: true,
    colours: PLATFORM_OUTCOMES,
    queries: [{ expr: q.perMinute(observations(CPU_TIME), "outcome"), legend: "{{outcome}}" }],
  });
}

export function endedByPlatform(q: Queries): PanelBuilder {
  const ended = observations(CPU_TIME, SEEN);
  return lines({
    title: "Ended from outside",
    description: `Invocations per minute that used too much CPU time or memory, or whose client left, by trigger. Nothing in the Worker runs any more then. ${NOTE}`,
    unit: "suffix:/min",
    colours: { none: NEUTRAL },
    queries: [
      {
        expr: orNone(q, q.perMinute(ended, "faas_trigger, outcome"), "outcome"),
        legend: "{{faas_trigger}} {{outcome}}",
      },
    ],
  });
}

export function cpuTime(q: Queries): PanelBuilder {
  return lines({
    title: "CPU time percentiles",
    description: `Half of the invocations, 95 % and 99 % of them used at most so much CPU time, which is billed and limited. ${NOTE}`,
    unit: "s",
    colours: PERCENTILES,
    queries: [0.5, 0.95, 0.99].map((part) => ({
      expr: q.quantile(part, CPU_TIME, [], "", RATE_INTERVAL),
      legend: `p${part * 100}`,
    })),
  });
}
