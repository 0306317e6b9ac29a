/** For tests: a meter, and what is recorded with it. */
import type { AggregationTemporality, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import { CARDINALITY_LIMIT } from "../cardinality.ts";
import { CUMULATIVE } from "../enumerations.ts";
import type { NativeHistograms } from "../histogram.ts";
import { METER_NAME } from "../prometheus/scope.ts";
import { Reporter } from "../reporter.ts";
import { type Resource, resourceOf } from "../resource.ts";
import type { Runtime } from "../runtime.ts";
import { FakeRuntime } from "../testing/fake-runtime.ts";
import { Guard } from "./guard.ts";
import { Recording } from "./recording.ts";

export interface MeteredOptions {
  readonly runtime?: Runtime;
  readonly scope?: string;
  readonly native?: NativeHistograms;
}

export class Metered {
  readonly recording: Recording;
  readonly meter;

  constructor({ runtime = new FakeRuntime(), scope = METER_NAME, native }: MeteredOptions = {}) {
    const reporter = new Reporter(
      () => 0,
      () => {},
    );
    const host = {
      guard: new Guard(() => {}, reporter),
      cardinalityLimit: CARDINALITY_LIMIT,
      now: () => runtime.now(),
      isOff: () => false,
      remind: () => {},
      native: () => native,
    };
    this.recording = new Recording(host, runtime);
    this.meter = this.recording.meter(scope);
  }

  async collect(
    resource: Resource = resourceOf({}),
    temporality: AggregationTemporality = CUMULATIVE,
  ): Promise<ResourceMetrics> {
    await this.recording.observe();
    return this.recording.collect(resource, {}, () => temporality);
  }
}
