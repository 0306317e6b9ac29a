/**
 * A Pushgateway, and the Prometheus 3 that scrapes it with `honor_labels: true`: groups of metrics, each
 * holding what was pushed last. Rules: https://github.com/prometheus/pushgateway#api
 */
import { inflate, Refusal, readBody } from "../http/body.ts";
import { BODY_LIMIT } from "./body-limit.ts";
import { normalizeBound } from "./bounds.ts";
import { groupLabels } from "./grouping-key.ts";
import { type ReceivedSeries, seriesKey } from "./series.ts";
import { parseFloat64, parseText, type TextFamily, type TextSample } from "./text-format.ts";

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  /** By name. */
  readonly families: ReadonlyMap<string, Pushed>;
}

interface Pushed extends TextFamily {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Groups by their key. */
type Groups = ReadonlyMap<string, Group>;

export class PushgatewayStore {
  readonly #now: () => number;
  #groups: Groups = new Map();

  constructor(now: () => number) {
    this.#now = now;
  }

  series(): Iterable<ReceivedSeries> {
    return seriesOf(this.#groups);
  }

  /** Stores a whole push or, when anything in it is wrong, nothing of it but the time of the failure. */
  async answer(request: Request, pathname: string): Promise<Response> {
    const { method } = request;
    if (method !== "PUT" && method !== "POST" && method !== "DELETE") {
      throw new Refusal(405, `a group takes PUT, POST and DELETE, got ${method}`);
    }
    const labels = groupLabels(pathname);
    const key = seriesKey("", labels);
    if (method === "DELETE") {
      this.#groups = new Map([...this.#groups].filter(([other]) => other !== key));
      return new Response(null, { status: 202 });
    }
    const pushed = parseText(await readText(request));
    this.#push(key, labels, pushed, method === "PUT");
    return new Response(null, { status: 200 });
  }

  #push(key: string, labels: Group["labels"], pushed: readonly TextFamily[], replace: boolean): void {
    const receivedAt = this.#now();
    const before = this.#groups.get(key)?.families ?? new Map<string, Pushed>();
    const stamp = (name: string, seconds: number): [string, Pushed] => [
      name,
      { name, type: "gauge", samples: [{ name, labels: {}, value: seconds }], receivedAt },
    ];
    const [pushTime, failureTime] = ["push_time_seconds", "push_failure_time_seconds"] as const;
    const withFamilies = (families: Iterable<[string, Pushed]>): Groups =>
      new Map(this.#groups).set(key, { labels, families: new Map(families) });
    const groups = withFamilies([
      ...(replace ? [] : before),
      ...pushed.map((family): [string, Pushed] => [family.name, { ...family, receivedAt }]),
      stamp(pushTime, receivedAt / 1000),
      [failureTime, before.get(failureTime) ?? stamp(failureTime, 0)[1]],
    ]);
    try {
      checkConsistency(groups);
    } catch (error) {
      this.#groups = withFamilies([stamp(pushTime, 0), ...before, stamp(failureTime, receivedAt / 1000)]);
      throw error;
    }
    this.#groups = groups;
  }
}

/** The text format whatever the content type, as the Pushgateway reads it. */
async function readText(request: Request): Promise<string> {
  const contentType = request.headers.get("content-type") ?? "";
  if (contentType.startsWith("application/vnd.google.protobuf")) {
    throw new Refusal(415, "the receiver takes the text format only");
  }
  const encoding = request.headers.get("content-encoding")?.toLowerCase() || "identity";
  if (encoding !== "gzip" && encoding !== "identity") {
    throw new Refusal(400, `${encoding} encoding is not accepted, only gzip`);
  }
  const body = await readBody(request, BODY_LIMIT);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      encoding === "gzip" ? await inflate(body, BODY_LIMIT, encoding) : body,
    );
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(400, "the body is not UTF-8");
  }
}

/** One type for each name and one value for each series, in all groups together. Messages are the Pushgateway's. */
function checkConsistency(groups: Groups): void {
  const owners = new Map<string, Pick<Pushed, "name" | "type">>();
  const errors = new Set<string>();
  for (const { families } of groups.values()) {
    for (const { name, type } of families.values()) {
      for (const suffix of SUFFIXES[type] ?? [""]) {
        const owner = owners.get(name + suffix) ?? { name, type };
        owners.set(name + suffix, owner);
        if (owner.name !== name) {
          const what = type === "histogram" ? "histogram or summary" : "metric";
          errors.add(
            `collected ${what} named "${name}" collides with previously collected ${owner.type} named "${owner.name}"`,
          );
        } else if (owner.type !== type) {
          errors.add(`collected metric "${name}" { … } is not a ${owner.type.toUpperCase()}`);
        }
      }
    }
  }
  const keys = new Set<string>();
  for (const { name, labels } of seriesOf(groups)) {
    const key = seriesKey(name, labels);
    const text = JSON.stringify(labels);
    if (keys.has(key)) {
      errors.add(
        `collected metric "${name}" ${text} was collected before with the same name and label values`,
      );
    }
    keys.add(key);
  }
  if (!errors.size) return;
  const count = errors.size > 1 ? `${errors.size} error(s) occurred:\n* ` : "";
  const what = `${count}${[...errors].join("\n* ")}`;
  throw new Refusal(400, `pushed metrics are invalid or inconsistent with existing metrics: ${what}`);
}

/** What a family's samples are called after its name. */
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ["", "_bucket", "_sum", "_count"],
  summary: ["", "_sum", "_count"],
};

function* seriesOf(groups: Groups): Generator<ReceivedSeries> {
  for (const { labels: grouping, families } of groups.values()) {
    for (const { type, samples, receivedAt } of families.values()) {
      for (const sample of samples) {
        const all = { ...sample.labels, ...boundLabel(type, sample), ...grouping };
        // Prometheus knows no empty label.
        const labels = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
        yield { name: sample.name, labels, samples: [{ value: sample.value, timestamp: receivedAt }] };
      }
    }
  }
}

function boundLabel(type: string, { labels: { le, quantile } }: TextSample): Record<string, string> {
  if (type === "histogram" && le) return { le: normalizeBound(parseFloat64(le)) };
  if (type === "summary" && quantile) return { quantile: normalizeBound(parseFloat64(quantile)) };
  return {};
}
