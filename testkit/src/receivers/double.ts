/**
 * Stands in, over real HTTP, for a receiver whose program this machine does not have: stores samples by the rules
 * of Prometheus's head block and answers remote write in that receiver's manners. The same test holds it and the
 * real one against one table (test/zoo/doubles.test.ts).
 */
import { serve } from "../serve.ts";
import type { Limits, Receiver, StoredSeries } from "./types.ts";
import {
  readRequest,
  type Version,
  versionOf,
  type WrittenSample,
  type WrittenSeries,
} from "./write-request.ts";

/** Why a sample or a whole request is not stored. */
export type Reason =
  | "out of order"
  | "duplicate"
  | "too old"
  | "too far ahead"
  | "label too long"
  | "series limit"
  | "rate limit";

export interface Refused {
  readonly reason: Reason;
  readonly labels: Readonly<Record<string, string>>;
  readonly time: number;
}

/** How a receiver answers. */
export interface Manners {
  /** What becomes of remote write 2.0: 200 without Written headers and nothing stored is `ignored`. */
  readonly version2: "stored" | "415" | "ignored";
  /** Of what it stores: of 2.0 and of 1.0. */
  readonly status2: 200 | 204;
  /** It makes a zero of a start timestamp of 2.0. */
  readonly zerosOfStarts: boolean;
  /** Bytes of a label value; Infinity: any. */
  readonly labelValue: number;
  /** How far back it takes samples that are out of order, ms. */
  readonly outOfOrderWindow?: number;
  /** What is wrong with samples that are too far ahead of its clock; else it takes them. */
  readonly refusesFuture: boolean;
  answer(refused: Refused): { readonly status: number; readonly body: string; readonly retryAfter?: number };
  /** The Written header of a refusal, of how many came and were stored. */
  written(reason: Reason, came: number, stored: number): number;
}

const FURTHEST_AHEAD = 600_000;
const FURTHEST_BEHIND = 3_600_000;

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: (readonly [time: number, value: number])[];
}

class Tenant {
  limits: Limits = {};
  readonly series = new Map<string, Series>();
  newest = -Infinity;
  /** What the burst still has room for, and when that was so. */
  room = Infinity;
  since = 0;
}

export async function startDouble(manners: Manners): Promise<Receiver> {
  const tenants = new Map<string, Tenant>();
  const tenantOf = (name: string): Tenant => {
    const tenant = tenants.get(name) ?? new Tenant();
    tenants.set(name, tenant);
    return tenant;
  };
  const server = await serve(async (request) => {
    const version = versionOf(request.headers);
    if (version === "2.0" && manners.version2 === "415") {
      await request.body?.cancel();
      return new Response("io.prometheus.write.v2.Request protobuf message is not accepted", { status: 415 });
    }
    const body = new Uint8Array(await request.arrayBuffer());
    if (version === "2.0" && manners.version2 === "ignored") return new Response(null, { status: 200 });
    const tenant = tenantOf(request.headers.get("x-scope-orgid") ?? "zoo");
    return write(manners, tenant, version, readRequest(version, body));
  });
  const url = `${server.url}/api/v1/push`;
  const receiver = (name: string): Receiver => ({
    // Native histograms it does not read.
    endpoints: { "remote write 1.0": url, "remote write auto": url, "remote write 2.0": url },
    headers: { "x-scope-orgid": name },
    async samples(selector, from, to) {
      const matches = matcher(selector);
      return [...tenantOf(name).series.values()].flatMap(({ labels, samples }): StoredSeries[] => {
        const found = samples.filter(([time]) => time > from && time <= to);
        return found.length && matches(labels) ? [{ labels, samples: found }] : [];
      });
    },
    tenant: receiver,
    async setLimits(limits) {
      const tenant = tenantOf(name);
      tenant.limits = limits;
      tenant.room = limits.burst ?? Infinity;
      tenant.since = Date.now();
    },
    restart: async () => {},
    stop: async () => server.close(),
  });
  return receiver("zoo");
}

function write(
  manners: Manners,
  tenant: Tenant,
  version: Version,
  request: readonly WrittenSeries[],
): Response {
  const came = request.reduce((sum, { samples }) => sum + samples.length, 0);
  let refused: Refused | undefined;
  let stored = 0;
  if (!hasRoom(tenant, came)) refused = { reason: "rate limit", labels: request[0]?.labels ?? {}, time: 0 };
  else {
    for (const { labels, samples } of request) {
      for (const sample of samples) {
        const reason = store(manners, tenant, labels, sample);
        if (reason) refused ??= { reason, labels, time: sample.time };
        else stored++;
      }
    }
  }
  const headers = new Headers();
  if (version === "2.0") {
    const written = refused ? manners.written(refused.reason, came, stored) : stored;
    headers.set("x-prometheus-remote-write-samples-written", `${written}`);
    headers.set("x-prometheus-remote-write-histograms-written", "0");
    headers.set("x-prometheus-remote-write-exemplars-written", "0");
  }
  if (!refused) return new Response(null, { status: version === "2.0" ? manners.status2 : 200, headers });
  const { status, body, retryAfter } = manners.answer(refused);
  if (retryAfter) headers.set("retry-after", `${retryAfter}`);
  return new Response(body, { status, headers });
}

/** The burst is filled up at the rate, as in a token bucket. */
function hasRoom(tenant: Tenant, samples: number): boolean {
  const { rate = Infinity, burst = Infinity } = tenant.limits;
  if (burst === Infinity) return true;
  const now = Date.now();
  tenant.room = Math.min(burst, tenant.room + (rate * (now - tenant.since)) / 1000);
  tenant.since = now;
  if (samples > tenant.room) return false;
  tenant.room -= samples;
  return true;
}

/** Undefined if the sample is stored now or has been before. */
function store(
  manners: Manners,
  tenant: Tenant,
  labels: Readonly<Record<string, string>>,
  { time, value, start }: WrittenSample,
): Reason | undefined {
  const longest = tenant.limits.labelValue ?? manners.labelValue;
  if (Object.values(labels).some((text) => Buffer.byteLength(text) > longest)) return "label too long";
  if (manners.refusesFuture && time > Date.now() + FURTHEST_AHEAD) return "too far ahead";
  const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  const known = tenant.series.get(key);
  const window = manners.outOfOrderWindow ?? 0;
  if (time < tenant.newest - Math.max(FURTHEST_BEHIND, window)) return "too old";
  if (!known && tenant.series.size >= (tenant.limits.series ?? Infinity)) return "series limit";
  const series = known ?? { labels, samples: [] };
  const last = series.samples.at(-1);
  if (last && time <= last[0]) {
    const same = series.samples.find(([at]) => at === time);
    if (same?.[1] === value && (same === last || window)) return undefined;
    if (same && (same === last || window)) return "duplicate";
    if (time < tenant.newest - window || !window) return "out of order";
  }
  if (manners.zerosOfStarts && start && start < time && start > (last?.[0] ?? -Infinity)) {
    series.samples.push([start, 0]);
  }
  series.samples.push([time, value]);
  series.samples.sort(([a], [b]) => a - b);
  tenant.series.set(key, series);
  tenant.newest = Math.max(tenant.newest, time);
  return undefined;
}

/** Of `{a="b",c=~"d"}`: no other operators, no quotes in values. */
function matcher(selector: string): (labels: Readonly<Record<string, string>>) => boolean {
  const conditions = [...selector.matchAll(/(\w+)(=~?)"([^"]*)"/g)].map(
    ([, name = "", operator, value = ""]) => {
      const pattern = operator === "=~" ? new RegExp(`^(?:${value})$`) : undefined;
      return (labels: Readonly<Record<string, string>>) =>
        pattern ? pattern.test(labels[name] ?? "") : labels[name] === value;
    },
  );
  return (labels) => conditions.every((holds) => holds(labels));
}
