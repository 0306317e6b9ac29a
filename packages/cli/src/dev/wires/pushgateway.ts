/**
 * A Pushgateway's groups as series: each push is a sample at the time of its receipt, as a Prometheus has it that scrapes
 * the gateway with `honor_labels: true`. Rules: https://github.com/prometheus/pushgateway#api
 */
import { inflate, Refusal } from "@pushmeter/sdk/adapter";
import { keyOf } from "@pushmeter/sdk/prometheus";
import {
  groupLabels,
  normalizeBound,
  parseFloat64,
  parseText,
  type TextFamily,
} from "@pushmeter/sdk/receiving";
import type { Fragment, Labels } from "../storage/database.ts";
import { BODY_LIMIT } from "./body.ts";
import type { Incoming, Push } from "./wire.ts";

const MOST_GROUPS = 2000;

/** A series of a group, by its key. */
type Group = ReadonlyMap<string, Pick<Fragment, "name" | "labels">>;

export class Pushgateway {
  readonly #now: () => number;
  /** By grouping key; the one that was pushed last is the last. */
  readonly #groups = new Map<string, Group>();
  #lastTime = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws Refusal for what the Pushgateway refuses. */
  async read({ method, pathname, headers, body }: Incoming): Promise<Push> {
    if (method !== "PUT" && method !== "POST" && method !== "DELETE") {
      throw new Refusal(405, `a group takes PUT, POST and DELETE, got ${method}`);
    }
    const grouping = groupLabels(pathname);
    const families = method === "DELETE" ? [] : parseText(await textOf(headers, body));
    const now = this.#time();
    const pushed = [...families, ...(method === "DELETE" ? [] : [pushTime(now)])];
    const values = pushed.flatMap((family) => fragmentsOf(family, grouping, now));
    const key = keyOf(grouping);
    const before: Group = this.#groups.get(key) ?? new Map();
    const after = new Map(
      values.map(({ name, labels }) => [keyOf({ ...labels, __name__: name }), { name, labels }]),
    );
    // PUT and DELETE end what is no longer in the group; POST ends the series of the families that it brings.
    const names = new Set(families.map(({ name }) => name));
    const isReplaced = (name: string) =>
      method !== "POST" || names.has(name) || names.has(name.replace(/_(bucket|sum|count)$/, ""));
    const ended = [...before].filter(([one, { name }]) => isReplaced(name) && !after.has(one));
    const fragments = [
      ...values,
      ...ended.map(([, { name, labels }]) => ({
        name,
        labels,
        samples: [{ value: 0, timestamp: now, stale: true }],
      })),
    ];
    return {
      wire: "Pushgateway",
      fragments,
      store: (append) => {
        append(fragments);
        this.#groups.delete(key);
        const kept = [...before].filter(([, { name }]) => !isReplaced(name));
        if (method !== "DELETE") this.#groups.set(key, new Map([...kept, ...after]));
        const [oldest] = this.#groups.keys();
        if (this.#groups.size > MOST_GROUPS && oldest !== undefined) this.#groups.delete(oldest);
        return { status: method === "DELETE" ? 202 : 200 };
      },
    };
  }

  /** Two pushes in one millisecond are two samples. */
  #time(): number {
    this.#lastTime = Math.max(this.#now(), this.#lastTime + 1);
    return this.#lastTime;
  }
}

/** What a Pushgateway adds to each group. */
function pushTime(now: number): TextFamily {
  const name = "push_time_seconds";
  return { name, type: "gauge", samples: [{ name, labels: {}, value: now / 1000 }] };
}

/** The text format whatever the content type, as the Pushgateway reads it. */
async function textOf(headers: Pick<Headers, "get">, body: Uint8Array<ArrayBuffer>): Promise<string> {
  if ((headers.get("content-type") ?? "").startsWith("application/vnd.google.protobuf")) {
    throw new Refusal(415, "pushmeter dev takes the text format only");
  }
  const encoding = headers.get("content-encoding")?.toLowerCase() || "identity";
  if (encoding !== "gzip" && encoding !== "identity") {
    throw new Refusal(400, `${encoding} encoding is not accepted, only gzip`);
  }
  const plain = encoding === "gzip" ? await inflate(body, BODY_LIMIT, encoding) : body;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    throw new Refusal(400, "the body is not UTF-8");
  }
}

function fragmentsOf({ type, samples }: TextFamily, grouping: Labels, timestamp: number): Fragment[] {
  return samples.map(({ name, labels, value }) => {
    const bound: Record<string, string> = {};
    if (type === "histogram" && labels.le) bound.le = normalizeBound(parseFloat64(labels.le));
    if (type === "summary" && labels.quantile) bound.quantile = normalizeBound(parseFloat64(labels.quantile));
    // Prometheus knows no empty label.
    const all = Object.entries({ ...labels, ...bound, ...grouping }).filter(([, text]) => text);
    return { name, labels: Object.fromEntries(all), samples: [{ value, timestamp }], type };
  });
}
