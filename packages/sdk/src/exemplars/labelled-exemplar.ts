/** An exemplar as remote write carries it: the messages `Exemplar` of both versions. */
import type { Exemplar, TracedEntry } from "../histogram.ts";
import type { Labels } from "../prometheus/labels.ts";
import { Writer } from "../remote-write/protobuf.ts";

/** In one request, about 60 bytes each. */
const MOST_EXEMPLARS = 100;

/** One measurement with further labels, such as its trace. It is sent once. */
export class LabelledExemplar implements Exemplar {
  readonly #labels: Labels;
  readonly #value: number;
  readonly #time: number;
  #isSent = false;

  /**
   * @param labels - names and values together at most 128 characters (OpenMetrics 1.0, "Exemplars").
   * @param time - of the measurement, milliseconds since the epoch.
   */
  constructor(labels: Labels, value: number, time: number) {
    this.#labels = labels;
    this.#value = value;
    this.#time = time;
  }

  encode<Entry extends TracedEntry>(
    version: 1 | 2,
    request: Writer,
    entries: readonly Entry[],
  ): Map<Entry, Uint8Array> {
    /** Labels of exemplars are among the symbols of one request only: the series' own stay for good. */
    const symbols = new Map<string, number>();
    const encoded = new Map<Entry, Uint8Array>();
    for (const entry of entries) {
      const { exemplar } = entry.series;
      if (!(exemplar instanceof LabelledExemplar) || exemplar.#isSent) continue;
      exemplar.#isSent = true;
      const { group } = entry;
      const symbolOf = (text: string) => {
        const known = group.symbols.get(text) ?? symbols.get(text);
        if (known !== undefined) return known;
        const index = group.symbols.size + symbols.size;
        symbols.set(text, index);
        request.string(4, text);
        return index;
      };
      encoded.set(entry, version === 1 ? exemplar.#message() : exemplar.#message(symbolOf));
      if (encoded.size === MOST_EXEMPLARS) break;
    }
    return encoded;
  }

  /** @param symbolOf - the reference of a text, in version 2. */
  #message(symbolOf?: (text: string) => number): Uint8Array {
    const message = new Writer(64);
    const refs = new Writer(16);
    for (const [name, value] of Object.entries(this.#labels)) {
      if (symbolOf) refs.varint(symbolOf(name)).varint(symbolOf(value));
      else message.bytes(1, new Writer(64).string(1, name).string(2, value).finish());
    }
    if (symbolOf) message.bytes(1, refs.finish());
    return message.double(2, this.#value).int64(3, this.#time).finish();
  }
}
