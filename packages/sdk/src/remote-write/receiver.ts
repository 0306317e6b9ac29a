/** What is known of a receiver, from push to push. */
import type { PushError } from "../http/error.ts";
import type { Version } from "./encoder.ts";

/** `"auto"`: 2.0 until the receiver turns out not to understand it. */
export type Protocol = "auto" | "1.0" | "2.0";

/** As many series refused, each alone, with none stored in between, are no single series' fault. */
const MOST_REFUSALS = 4;
/** For so long, ms, no search for single series then. */
const NO_SEARCH = 60_000;

export class Receiver {
  readonly isAuto: boolean;
  version: Version;
  /** It has stored something in version 2.0. */
  isConfirmed = false;
  /** It has not refused native histograms. */
  takesNative = true;
  /** Requests with openings so far: a number for each. */
  openings = 0;
  /** Series refused alone since it has stored any. */
  refusals = 0;
  /** What was last told about series that it refuses. */
  failure: PushError | undefined;
  #noSearchUntil = 0;

  constructor(protocol: Protocol) {
    this.isAuto = protocol === "auto";
    this.version = protocol === "1.0" ? 1 : 2;
  }

  /** It has refused everything lately. */
  isHopeless(now: number): boolean {
    return now < this.#noSearchUntil;
  }

  /**
   * Whether it refuses everything.
   *
   * @param now - on the clock for schedules.
   * @param isAll - all series of a push have been refused, each alone.
   */
  refusesAll(now: number, isAll: boolean): boolean {
    if (this.refusals < MOST_REFUSALS && !isAll) return this.isHopeless(now);
    this.refusals = 0;
    this.#noSearchUntil = now + NO_SEARCH;
    return true;
  }
}
