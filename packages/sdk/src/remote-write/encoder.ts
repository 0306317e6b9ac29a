/**
 * Series to the bytes of remote-write requests. What repeats from push to push, labels and metadata, is encoded once.
 * Specifications: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ and
 * https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
import type { Labels } from "../prometheus/labels.ts";
import type { Series } from "../prometheus/series.ts";
import type { Group, Version } from "./group.ts";
import type { Entry } from "./ledger.ts";
import { Writer } from "./protobuf.ts";

/** The NaN with the bits 0x7ff0000000000002. JavaScript's own NaN has others. */
const STALE_MARKER = new Uint8Array([2, 0, 0, 0, 0, 0, 0xf0, 0x7f]);
const TYPES = ["", "counter", "gauge", "histogram"];

/** What of a series stands in a request: both where it begins, as a value of zero, and the value. */
export type Part = "openings" | "values" | "both" | "stale";

export class Encoder {
  readonly #request = new Writer(4096);
  readonly #message = new Writer();
  readonly #field = new Writer();
  /** The series of one point have the same labels, but for the name and `le`: sorted and encoded once for all. */
  #labels: Labels | undefined;
  #target: Labels | undefined;
  #pairs: [key: string, value: string, encoded?: Uint8Array][] = [];

  /**
   * @param entries - of one group.
   * @param target - the labels `job` and `instance`.
   * @param time - of the values, milliseconds since the epoch.
   * @param partOf - what of a series to send.
   */
  encode(
    entries: readonly Entry[],
    target: Labels,
    time: number,
    version: Version,
    partOf: (entry: Entry) => Part,
  ): Uint8Array {
    for (const entry of entries) if (entry.version !== version) this.#encodeHead(entry, target, version);
    const request = this.#request.reset();
    if (version === 2 && entries[0]) request.raw(entries[0].group.table.finish());
    const traced = entries.find(({ series }) => series.exemplar);
    const exemplars = traced?.series.exemplar?.encode(version, request, entries);
    for (const entry of entries) {
      const message = this.#message.reset().raw(entry.head as Uint8Array);
      const { start, value } = entry;
      const part = partOf(entry);
      if (part === "openings" || part === "both") this.#sample(version, zeroOf(value), start as number);
      if (part !== "openings") {
        const isStale = part === "stale";
        // Prometheus 3.8 and later read the start with the sample, 3.2 to 3.7 with the series.
        const created = version === 2 ? start : undefined;
        this.#sample(version, isStale ? zeroOf(value) : value, time, created, isStale);
        const exemplar = exemplars?.get(entry);
        if (exemplar) message.bytes(2 + version, exemplar);
        if (created !== undefined) message.int64(6, created);
      }
      request.bytes(version === 1 ? 1 : 5, message.finish());
    }
    return request.finish();
  }

  /** Adds a sample, or a native histogram, to the message. */
  #sample(version: Version, value: Series["value"], time: number, start?: number, stale = false): void {
    const isNumber = typeof value === "number";
    const field = this.#field.reset();
    if (!isNumber) value.writeTo(field);
    const sum = isNumber ? 1 : 3;
    if (stale) field.varint((sum << 3) | 1).raw(STALE_MARKER);
    else field.double(sum, isNumber ? value : (value.sum ?? 0));
    const at = isNumber ? 2 : 15;
    field.int64(at, time);
    if (start !== undefined) field.int64(isNumber ? 3 : 17, start);
    this.#message.bytes(isNumber ? 2 : 5 - version, field.finish());
  }

  #encodeHead(entry: Entry, target: Labels, version: Version): void {
    const { series, group } = entry;
    const { name, labels, le, type, help, unit } = series;
    const message = this.#message.reset();
    const field = this.#field.reset();
    if (labels !== this.#labels || target !== this.#target) {
      this.#labels = labels;
      this.#target = target;
      this.#pairs = Object.entries<string>({ ...labels, ...target, le, __name__: name }).sort();
    }
    for (const pair of this.#pairs) {
      const [key] = pair;
      const value = key === "le" ? le : key === "__name__" ? name : pair[1];
      if (!value) continue;
      if (version === 1) {
        if (value !== pair[1] || !pair[2]) {
          pair[1] = value;
          pair[2] = field.reset().string(1, key).string(2, value).finish().slice();
        }
        message.bytes(1, pair[2]);
      } else field.varint(this.#symbol(group, key)).varint(this.#symbol(group, value));
    }
    if (version === 2) {
      const refs = field.finish().slice();
      field.reset().int64(1, TYPES.indexOf(type));
      if (help) field.int64(3, this.#symbol(group, help));
      if (unit) field.int64(4, this.#symbol(group, unit));
      // Before the labels: then all that repeats from series to series stands together, which compresses well.
      message.bytes(5, field.finish()).bytes(1, refs);
    }
    entry.head = message.finish().slice();
    entry.version = version;
  }

  #symbol({ symbols, table }: Group, text: string): number {
    let index = symbols.get(text);
    if (index === undefined) {
      index = symbols.size;
      symbols.set(text, index);
      table.string(4, text);
    }
    return index;
  }
}

/** A series' value before anything was recorded. */
function zeroOf(value: Series["value"]): Series["value"] {
  return typeof value === "number" ? 0 : value.emptied();
}
