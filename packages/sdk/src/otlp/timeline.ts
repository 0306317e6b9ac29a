/** Keeps one instance's totals in the order of time, though the clock stands or is set. */
import type { HrTime } from "@opentelemetry/api";
import type { MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { hrTime } from "../hr-time.ts";
import { resourceOf } from "../resource.ts";
import { Difference, mapPoints } from "./difference.ts";

/** How far the clock may be behind the last batch, ms, before the instance goes on under another id. */
const FURTHEST_AHEAD = 300_000;
const INSTANCE = "service.instance.id";

export class Timeline {
  readonly #instanceId: () => string;
  /** The last time that may be stored, and the one before. */
  #end = 0;
  #before = 0;
  /** The last totals that are stored. */
  #stored: ResourceMetrics | undefined;
  /** Once the instance goes on under another id: that, since when, and what was stored under the last one. */
  #renewed: { readonly id: string; readonly startTime: HrTime; readonly difference: Difference } | undefined;

  /** @param instanceId - another one, should the clock turn out to have been far ahead. */
  constructor(instanceId: () => string) {
    this.#instanceId = instanceId;
  }

  /** The totals as they are to be sent: later than the last ones. */
  next(metrics: ResourceMetrics): ResourceMetrics {
    const now = timeOf(metrics);
    if (now < this.#end - FURTHEST_AHEAD) this.#renew(now);
    this.#before = this.#end;
    this.#end = Math.max(now, this.#end + 1);
    const { resource, scopeMetrics } = this.#end === now ? metrics : endingAt(hrTime(this.#end), metrics);
    if (!this.#renewed) return { resource, scopeMetrics };
    const { id, startTime, difference } = this.#renewed;
    const grown = mapPoints(difference.of({ resource, scopeMetrics }), (point) => ({ ...point, startTime }));
    return { ...grown, resource: resourceOf({ ...resource.attributes, [INSTANCE]: id }) };
  }

  /** The receiver has these totals, as they were given to `next`. */
  stored(metrics: ResourceMetrics): void {
    this.#stored = metrics;
  }

  /** The receiver has nothing of the last batch: its time may be used again, and a later one be earlier. */
  refused(): void {
    this.#end = this.#before;
  }

  #renew(now: number): void {
    const difference = new Difference();
    if (this.#stored) difference.set(this.#stored);
    this.#renewed = { id: this.#instanceId(), startTime: hrTime(now - 1), difference };
    this.#end = 0;
  }
}

/** All points of a batch have one time. */
function timeOf({ scopeMetrics }: ResourceMetrics): number {
  const points = scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ dataPoints: [point] }) => point ?? []),
  );
  const [seconds, nanoseconds] = points[0]?.endTime ?? [0, 0];
  return seconds * 1000 + Math.floor(nanoseconds / 1e6);
}

function endingAt(endTime: HrTime, { resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  const later = (data: MetricData) =>
    ({ ...data, dataPoints: data.dataPoints.map((point) => ({ ...point, endTime })) }) as MetricData;
  return {
    resource,
    scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(later) })),
  };
}
