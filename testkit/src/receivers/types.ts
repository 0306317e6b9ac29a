/** What all receivers of the zoo have in common: how they are started, written to, limited, restarted and read. */

import type { Wire } from "./wires.ts";

/** One stored series. */
export interface StoredSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, and value. Of a native histogram its count, as a series that ends in `_count`. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** Limits of one tenant; what is left out is unlimited. */
export interface Limits {
  /** Active series. */
  readonly series?: number;
  /** Bytes of a label's value. */
  readonly labelValue?: number;
  /** Samples per second, and the largest request. */
  readonly rate?: number;
  readonly burst?: number;
}

export interface Receiver {
  /** The endpoint of each wire; a Pushgateway's is its root. Absent: the receiver does not speak it. */
  readonly endpoints: Readonly<Partial<Record<Wire, string>>>;
  /** To be sent with every push, such as the tenant. */
  readonly headers: Readonly<Record<string, string>>;
  /** The samples of the series that a selector matches, as stored, between two times in ms since the epoch. */
  samples(selector: string, from: number, to: number): Promise<StoredSeries[]>;
  /** A query whose result is one number; undefined if it has none. Absent where there is no PromQL. */
  query?(promql: string, time: number): Promise<number | undefined>;
  /** Another tenant of the same receiver, with its own limits. */
  tenant?(name: string): Receiver;
  /** Replaces the limits; resolves when they hold. */
  setLimits?(limits: Limits): Promise<void>;
  /** How much it has dropped after it had acknowledged it, by its metric that `Traits.tells` names. */
  dropped?(): Promise<number>;
  /** Kills the receiver and starts it again with its data, at the same endpoints. */
  restart(): Promise<void>;
  /** Ends its processes and removes its data. */
  stop(): Promise<void>;
}

/** What a fault test may find wrong. */
export type Fault =
  | "lost"
  | "double"
  | "resets"
  | "zeros"
  | "requests"
  | "silent"
  | "alarms"
  | "ahead"
  | "growth";

/** How receivers differ for a test. */
export interface Traits {
  /** It passes on what it takes, so that samples can be read only some time after the answer. */
  readonly delayed?: boolean;
  /** It passes on together what came within so many ms, and what is refused there is lost together. */
  readonly collects?: number;
  /** Whose clock gives samples their time. Default the sender's. */
  readonly clock?: "receiver";
  /** How much of simulated time it takes, from now on, ms. Default: an hour that ends now. */
  readonly window?: number;
  /** It takes samples from any future, and refuses everything older from then on: of all senders. */
  readonly takesFuture?: boolean;
  /** The receiver's metric that counts what it drops after it has acknowledged it. */
  readonly tells?: string;
  /** What is missing where that metric has grown. */
  readonly drops?: readonly Fault[];
  /** It acknowledges samples from any future and drops them: what was acknowledged is not sent again. */
  readonly dropsFuture?: boolean;
  /** It cuts a label value that is too long instead of refusing the series. */
  readonly cutsLabels?: boolean;
  /** The label that holds the service's name over OTLP. Default `job`. */
  readonly otlpJob?: string;
  /** `increase` adds what Prometheus extrapolates, or counts exactly. Default `extrapolated`. */
  readonly increase?: "exact";
  /** `increase(x[w] anchored)` can be asked. */
  readonly anchored?: boolean;
  /** What the receiver itself does to data that it has acknowledged, or cannot do; no sender can mend it. */
  readonly own?: Readonly<Partial<Record<Wire, readonly Fault[]>>>;
}
