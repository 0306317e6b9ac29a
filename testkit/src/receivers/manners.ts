/** How Mimir 3.0, Cortex 1.21 and Thanos 0.42 answer remote write, as seen from the real ones. */
import type { Manners, Reason, Refused } from "./double.ts";

const at = ({ time }: Refused) => new Date(time).toISOString();
const seriesOf = ({ labels: { __name__ = "", ...rest } }: Refused) =>
  `${__name__}{${Object.entries(rest).map(([name, value]) => `${name}="${value}"`)}}`;
/** Refused before anything is stored, by the part that takes requests in. */
const isRefusedAtTheDoor = (reason: Reason) => reason === "label too long" || reason === "too far ahead";

const MIMIR: Readonly<Record<Reason, (refused: Refused) => string>> = {
  "out of order": (refused) =>
    `the sample has been rejected because another sample with a more recent timestamp has already been ingested ` +
    `and out-of-order samples are not allowed (err-mimir-sample-out-of-order). The affected sample has timestamp ` +
    `${at(refused)} and is from series ${seriesOf(refused)} (sampled 1/10)`,
  duplicate: (refused) =>
    `duplicate sample for timestamp ${refused.time}; overrides not allowed (err-mimir-sample-duplicate-timestamp). ` +
    `The affected sample has timestamp ${at(refused)} and is from series ${seriesOf(refused)} (sampled 1/10)`,
  "too old": (refused) =>
    `the sample has been rejected because its timestamp is too old (err-mimir-sample-timestamp-too-old). The ` +
    `affected sample has timestamp ${at(refused)} and is from series ${seriesOf(refused)} (sampled 1/10)`,
  "too far ahead": ({ time, labels }) =>
    `received a sample whose timestamp is too far in the future, timestamp: ${time} series: '${labels.__name__}' ` +
    `(err-mimir-too-far-in-future)`,
  "label too long": (refused) =>
    `received a series whose label value length exceeds the limit, series: '${seriesOf(refused).slice(0, 200)}' ` +
    `(err-mimir-label-value-too-long)`,
  "series limit": () => "per-user series limit exceeded (err-mimir-max-series-per-user). (sampled 1/10)",
  "rate limit": () =>
    "the request has been rejected because the tenant exceeded the ingestion rate limit " +
    "(err-mimir-tenant-max-ingestion-rate)",
};

export const mimirManners: Manners = {
  version2: "stored",
  status2: 200,
  zerosOfStarts: true,
  labelValue: 2048,
  refusesFuture: true,
  answer(refused) {
    const { reason } = refused;
    const body = MIMIR[reason](refused);
    if (reason === "rate limit") return { status: 429, body, retryAfter: 6 };
    const from = "send data to ingesters: failed pushing to ingester vm: user=zoo: ";
    return { status: 400, body: isRefusedAtTheDoor(reason) ? body : from + body };
  },
  // Even of what was not stored.
  written: (_, came) => came,
};

/** Mimir as Grafana Cloud runs it: two hours for samples out of order. */
export const grafanaCloudManners: Manners = { ...mimirManners, outOfOrderWindow: 7_200_000 };

const CORTEX: Readonly<Record<Reason, (refused: Refused) => string>> = {
  "out of order": (refused) =>
    `err: out of order sample. timestamp=${at(refused)}, series=${seriesOf(refused)}`,
  duplicate: (refused) =>
    `err: duplicate sample for timestamp ${refused.time}; overrides not allowed. series=${seriesOf(refused)}`,
  "too old": (refused) => `err: out of bounds. timestamp=${at(refused)}, series=${seriesOf(refused)}`,
  "too far ahead": ({ time, labels }) => `timestamp too new: ${time} metric: "${labels.__name__}"`,
  "label too long": (refused) =>
    `label value too long for metric metric: "${seriesOf(refused).slice(0, 200)}"`,
  "series limit": () => "per-user series limit of 2 exceeded, please contact administrator to raise it",
  "rate limit": () => "ingestion rate limit exceeded while adding samples",
};

export const cortexManners: Manners = {
  version2: "stored",
  status2: 204,
  zerosOfStarts: false,
  labelValue: 2048,
  refusesFuture: true,
  answer(refused) {
    const { reason } = refused;
    const body = CORTEX[reason](refused);
    if (reason === "rate limit") return { status: 429, body };
    const from = "maxFailure (quorum) on a given error family, rpc error: code = Code(400) desc = user=zoo: ";
    return { status: 400, body: isRefusedAtTheDoor(reason) ? body : from + body };
  },
  written: (reason, _, stored) => (isRefusedAtTheDoor(reason) ? stored : 0),
};

/** Remote write 2.0 is off by default. */
export const cortexWithout2Manners: Manners = { ...cortexManners, version2: "415" };

const THANOS: Readonly<Partial<Record<Reason, string>>> = {
  "out of order": "add 1 samples: out of order sample",
  duplicate: "add 1 samples: duplicate sample for timestamp",
  "too old": "add 1 samples: out of bounds",
};

export const thanosManners: Manners = {
  version2: "ignored",
  status2: 200,
  zerosOfStarts: false,
  labelValue: Infinity,
  refusesFuture: false,
  answer: ({ reason }) => ({
    status: 409,
    body: `forwarding request to endpoint: writing locally: ${THANOS[reason]}`,
  }),
  written: () => 0,
};
