/** What metrics cost a month: the aggregator, Analytics Engine, and a vendor. Arithmetic, nothing is measured. */
import { count } from "../bars.ts";
import type { Result } from "../part.ts";
import { LIST, LOOKED_UP } from "./list.ts";
import { costOf, LOADS, ROWS_PER_HEARTBEAT, SERIES } from "./price.ts";

export async function prices(): Promise<Result> {
  const dollars = (value: number, digits = value < 100 ? 2 : 0) =>
    `$${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
  const costs = LOADS.map((load) => ({ ...load, ...costOf(load) }));
  return {
    title: "Dollars a month",
    rows: [
      [
        "requests/s, instances",
        "batches/s",
        "rows per batch",
        "aggregator",
        "its senders over HTTPS",
        "vendor, behind it",
        "vendor, each instance",
        "Analytics Engine",
      ],
      ...costs.map((cost) => [
        `${count(cost.requests)}, ${count(cost.instances)}`,
        count(cost.batches),
        cost.rowsPerBatch.toFixed(2),
        dollars(cost.object),
        `+ ${dollars(cost.https)}`,
        `+ ${dollars(cost.vendor)}`,
        dollars(cost.vendorDirect),
        dollars(cost.analyticsEngine),
      ]),
    ],
    notes: [
      `List prices, looked up on ${LOOKED_UP}, beyond the volumes that the plans include and without monthly fees: ` +
        `${Object.values(LIST)
          .map(
            ({ what, price, per, unit, source }) =>
              `[${what}](${source}) ${dollars(price)} per ${count(per)} ${unit}`,
          )
          .join("; ")}.`,
      `The service has ${SERIES} series; instances send at most every 5 s and live long: shorter lives make more series at the vendor. ` +
        `The object writes ${ROWS_PER_HEARTBEAT} rows every 15 s, besides the batches, and is never idle.`,
      "Where you run the Prometheus yourself, the vendor's columns do not apply. Analytics Engine takes one data point per request, keeps it for three months and is queried in SQL.",
    ],
    bars: [],
    data: { lookedUp: LOOKED_UP, list: LIST, costs },
  };
}
