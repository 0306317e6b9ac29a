/**
 * Prometheus as a remote-write receiver: what it stores and what it refuses. Rules: the specifications
 * (https://prometheus.io/docs/specs/prw/remote_write_spec/ and …/remote_write_spec_2_0/) and, for samples,
 * Prometheus's head block.
 */
import { uncompress } from "snappyjs";
import { Refusal, readBody } from "../http/body.ts";
import { BODY_LIMIT } from "./body-limit.ts";
import { type ReceivedMetadata, type ReceivedSample, type ReceivedSeries, seriesKey } from "./series.ts";
import { decodeWriteRequest, type TimeSeries } from "./write-request.ts";
import { decodeRequest } from "./write-request-2.ts";

/** Prometheus takes samples up to 10 minutes ahead of its clock and 1 hour behind its newest sample. */
const FURTHEST_AHEAD = 600_000;
const FURTHEST_BEHIND = 3_600_000;

interface StoredSeries extends ReceivedSeries {
  readonly samples: ReceivedSample[];
  metadata?: ReceivedMetadata | undefined;
}

/** What of the content type says which version it is, the version, and its decoder. */
const VERSIONS = [
  ["proto=prometheus.WriteRequest", "0.1.0", decodeWriteRequest],
  ["proto=io.prometheus.write.v2.Request", "2.0.0", decodeRequest],
] as const;

export class RemoteWriteStore {
  readonly #now: () => number;
  readonly #series = new Map<string, StoredSeries>();
  #newest = -Infinity;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** As stored: their samples grow. */
  series(): Iterable<ReceivedSeries> {
    return this.#series.values();
  }

  /** Version 1.0: stores all of a request, or nothing if any of it is wrong. Version 2.0: stores what is right. */
  async answer(request: Request): Promise<Response> {
    const { version, series } = readWriteRequest(request, await readBody(request, BODY_LIMIT));
    if (version === "2.0.0") return this.#writeEach(series);
    this.#write(series);
    return new Response(null, { status: 204 });
  }

  #writeEach(request: readonly TimeSeries[]): Response {
    let refusal: Refusal | undefined;
    let written = 0;
    const samples = request.flatMap((series) =>
      series.samples.map((sample) => ({ ...series, samples: [sample] })),
    );
    for (const sample of samples) {
      try {
        this.#write([sample]);
        written++;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusal ??= error;
      }
    }
    const response = refusal?.response() ?? new Response(null, { status: 204 });
    for (const [kind, count] of Object.entries({ Samples: written, Histograms: 0, Exemplars: 0 })) {
      response.headers.set(`X-Prometheus-Remote-Write-${kind}-Written`, `${count}`);
    }
    return response;
  }

  #write(request: readonly TimeSeries[]): void {
    const added = new Map<string, StoredSeries>();
    let newest = this.#newest;
    for (const { labels: pairs, samples, histograms, metadata } of request) {
      if (histograms.length) throw new Refusal(500, "native histograms are disabled");
      const { name, labels } = checkLabels(pairs);
      const key = seriesKey(name, labels);
      const series: StoredSeries = added.get(key) ?? { name, labels, samples: [], metadata };
      added.set(key, series);
      let last = series.samples.at(-1) ?? this.#series.get(key)?.samples.at(-1);
      for (const sample of samples) {
        if (this.#isRepeated(sample, last, name)) continue;
        series.samples.push(sample);
        last = sample;
        newest = Math.max(newest, sample.timestamp);
      }
    }
    for (const [key, series] of added) {
      const known = this.#series.get(key);
      if (known) {
        known.samples.push(...series.samples);
        known.metadata = series.metadata;
      } else if (series.samples.length) this.#series.set(key, series);
    }
    this.#newest = newest;
  }

  /** True for the sample that was stored last, which is taken again and changes nothing. */
  #isRepeated(sample: ReceivedSample, last: ReceivedSample | undefined, name: string): boolean {
    const { timestamp, value } = sample;
    if (timestamp > this.#now() + FURTHEST_AHEAD || timestamp < this.#newest - FURTHEST_BEHIND) {
      throw new Refusal(400, `out of bounds: ${name} at ${timestamp}`);
    }
    if (!last || timestamp > last.timestamp) return false;
    if (timestamp < last.timestamp) {
      throw new Refusal(400, `out of order sample: ${name} at ${timestamp}, after ${last.timestamp}`);
    }
    if (Object.is(value, last.value) && sample.stale === last.stale) return true;
    throw new Refusal(
      400,
      `duplicate sample for timestamp; overrides not allowed: ${name} at ${timestamp}, existing ${last.value}, new ${value}`,
    );
  }
}

/** The head of a request, as much as decides how its body is read. */
export interface RequestHead {
  readonly method: string;
  readonly headers: Pick<Headers, "get">;
}

/**
 * The version of a remote-write request, and its series.
 *
 * @throws Refusal with the status of Prometheus and one sentence.
 */
export function readWriteRequest(
  head: RequestHead,
  body: Uint8Array<ArrayBuffer>,
): { version: string; series: TimeSeries[] } {
  const [, version, decodeMessage] = checkHeaders(head);
  return { version, series: decode(body, decodeMessage) };
}

/** Prometheus guesses at headers that are missing and does not look at the version; the specification asks for all. */
function checkHeaders({ method, headers }: RequestHead): (typeof VERSIONS)[number] {
  if (method !== "POST") throw new Refusal(405, `remote write is POST, got ${method}`);
  const contentType = headers.get("content-type") || "none";
  const [mediaType, ...parameters] = contentType.split(";");
  if (mediaType !== "application/x-protobuf") {
    throw new Refusal(415, `expected content type application/x-protobuf, got ${contentType}`);
  }
  const [parameter = VERSIONS[0][0], ...more] = parameters;
  const found = VERSIONS.find(([proto]) => proto === parameter);
  if (!found || more.length) {
    throw new Refusal(
      415,
      `${contentType} is not accepted, only ${VERSIONS.map(([proto]) => proto).join(" and ")}`,
    );
  }
  const encoding = headers.get("content-encoding") || "no";
  if (encoding.toLowerCase() !== "snappy") {
    throw new Refusal(415, `${encoding} encoding (compression) is not accepted, only snappy`);
  }
  const version = headers.get("x-prometheus-remote-write-version");
  if (version !== found[1]) {
    throw new Refusal(
      400,
      `expected X-Prometheus-Remote-Write-Version ${found[1]}, got ${version || "none"}`,
    );
  }
  return found;
}

function decode(
  body: Uint8Array<ArrayBuffer>,
  decodeMessage: (message: Uint8Array) => TimeSeries[],
): TimeSeries[] {
  let message: Uint8Array;
  try {
    message = uncompress(body, BODY_LIMIT);
  } catch (error) {
    throw new Refusal(400, `snappy: ${error}`);
  }
  try {
    return decodeMessage(message);
  } catch (error) {
    throw new Refusal(400, `protobuf: ${error}`);
  }
}

/** Prometheus drops series with bad labels and answers 204; a test should hear of them. */
export function checkLabels(pairs: TimeSeries["labels"]): { name: string; labels: Record<string, string> } {
  let before = "";
  for (const [label, value] of pairs) {
    if (!/^[a-zA-Z_]\w*$/.test(label)) throw new Refusal(400, `invalid label name ${JSON.stringify(label)}`);
    if (label === before) throw new Refusal(400, `duplicate label ${label}`);
    if (label < before) throw new Refusal(400, `labels are not sorted: ${label} after ${before}`);
    if (!value) throw new Refusal(400, `label ${label} is empty`);
    before = label;
  }
  const { __name__: name, ...labels } = Object.fromEntries(pairs);
  if (!name) throw new Refusal(400, `no __name__ in the labels ${JSON.stringify(labels)}`);
  if (!/^[a-zA-Z_:][\w:]*$/.test(name)) {
    throw new Refusal(400, `invalid metric name ${JSON.stringify(name)}`);
  }
  return { name, labels };
}
