/** What is known of a receiver, from push to push. */
import type { PushError } from "../http/error.ts";
import type { Known } from "./decide.ts";
import type { Version } from "./group.ts";

/** `"auto"`: 2.0 until the receiver turns out not to understand it. */
export type Protocol = "auto" | "1.0" | "2.0";

/** Refusals in a row after which it is no single series' fault: one in 2,000 is found within twelve. */
const MOST_REFUSALS = 16;
/** For so long, ms, no search for single series then. */
const NO_SEARCH = 300_000;

export class Receiver implements Known {
  readonly isAuto: boolean;
  version: Version;
  isConfirmed = false;
  /** Series that are refused are searched for. */
  searches = true;
  /** It has not refused native histograms. */
  takesNative = true;
  /** Requests with openings so far: a number for each. */
  openings = 0;
  /** Requests refused since it has stored one. */
  refusals = 0;
  /** What was last told about series that it refuses. */
  failure: PushError | undefined;
  readonly #clock: () => number;
  #hopelessUntil = 0;

  /** @param clock - for schedules. */
  constructor(protocol: Protocol, clock: () => number) {
    this.isAuto = protocol === "auto";
    this.version = protocol === "1.0" ? 1 : 2;
    this.#clock = clock;
  }

  get isHopeless(): boolean {
    return !this.searches || this.#clock() < this.#hopelessUntil;
  }

  /** @param isAll - all series of a push have been refused, each alone. */
  refused(isAll: boolean): void {
    if (!isAll && this.refusals < MOST_REFUSALS) return;
    this.refusals = 0;
    this.#hopelessUntil = this.#clock() + NO_SEARCH;
  }
}
