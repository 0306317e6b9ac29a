import { Writer } from "./protobuf.ts";

/** Of remote write. */
export type Version = 1 | 2;

/** Series that go together, for good: they share the strings of version 2. */
export interface Group {
  readonly symbols: Map<string, number>;
  /** The symbols as a request's fields. */
  readonly table: Writer;
  series: number;
  characters: number;
  /** How many answers in a row have been 429. */
  limited: number;
}

export function createGroup(): Group {
  // The first symbol is the empty one.
  return {
    symbols: new Map([["", 0]]),
    table: new Writer().string(4, ""),
    series: 0,
    characters: 0,
    limited: 0,
  };
}
