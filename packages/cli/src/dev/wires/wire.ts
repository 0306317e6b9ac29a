/** What the wires have in common: a request comes in, fragments of series come out, and the sender gets an answer. */
import type { Fragment } from "../storage/database.ts";

export type WireName = "remote write 1.0" | "remote write 2.0" | "Pushgateway" | "OTLP";

export interface Incoming {
  readonly method: string;
  /** Still percent-encoded. */
  readonly pathname: string;
  readonly headers: Pick<Headers, "get">;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** A push, read and not yet stored. */
export interface Push {
  readonly wire: WireName;
  readonly fragments: readonly Fragment[];
  /** Stores it. @throws Refusal with the answer's status and sentence. */
  store(append: (fragments: readonly Fragment[]) => void): Answer;
}
