/** The built-in instruments. Units and buckets: semantic conventions 1.44. */
import { COUNTER, HISTOGRAM } from "../enumerations.ts";
import { METER_NAME } from "../prometheus/scope.ts";
import type { SeriesOf } from "./instrument.ts";
import { COLD_STARTS, DROPPED, INVOCATIONS, PUSHES, REQUESTS } from "./names.ts";
import type { Recording } from "./recording.ts";

/** Advised by the conventions for `http.server.request.duration` and for the FaaS durations, in seconds. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Of a push, in seconds: one bound tells how many were slow, at the cost of four series. */
const PUSH_BOUNDS = [1];

export interface InstrumentsOptions {
  /** Of the buckets of requests and invocations, in seconds. */
  readonly buckets?: readonly number[] | undefined;
  /** Names of attributes to leave out. */
  readonly drop?: readonly string[] | undefined;
}

export class Instruments {
  readonly request: SeriesOf;
  readonly invoke: SeriesOf;
  readonly coldstarts: SeriesOf;
  readonly push: SeriesOf;
  readonly dropped: SeriesOf;

  constructor(recording: Recording, { buckets = BOUNDS, drop = [] }: InstrumentsOptions) {
    const create = (
      name: string,
      unit: string,
      description: string,
      bounds?: readonly number[],
    ): SeriesOf => {
      const instrument = recording.instrument(
        { name: METER_NAME, version: "" },
        bounds ? HISTOGRAM : COUNTER,
        name,
        { unit, description, advice: { explicitBucketBoundaries: bounds as number[] } },
      );
      return (attributes) => {
        for (const name of drop) delete attributes[name];
        return instrument.series(attributes);
      };
    };
    this.request = create(REQUESTS, "s", "Duration of HTTP server requests.", buckets);
    this.invoke = create(INVOCATIONS, "s", "Duration of invocations other than requests.", buckets);
    this.coldstarts = create(COLD_STARTS, "{coldstart}", "Instances started.");
    this.push = create(PUSHES, "s", "Duration of pushes.", PUSH_BOUNDS);
    this.dropped = create(DROPPED, "{point}", "Data points not stored.");
  }
}
