/** Writes samples as they are into a receiver, by remote write 1.0: what happened at which time is the test's choice. */
import { writeRequest } from "@pushmeter/testkit/receivers/write-request";

export interface RawSeries {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, in order. */
  readonly samples: readonly (readonly [time: number, value: number])[];
}

/** Samples in one request. */
const MOST = 50_000;

/** To each of the receivers. @throws Error with a receiver's words if it does not store them. */
export async function writeSeries(urls: readonly string[], series: readonly RawSeries[]): Promise<void> {
  for (const part of parts(series)) {
    const written = part.map(({ labels, samples }) => ({
      labels,
      samples: samples.map(([time, value]) => ({ time, value })),
    }));
    const request = writeRequest("1.0", written);
    await Promise.all(
      urls.map(async (url) => {
        const response = await fetch(url, request);
        const body = await response.text();
        if (!response.ok) throw new Error(`${response.status}: ${body}`);
      }),
    );
  }
}

function* parts(series: readonly RawSeries[]): Generator<RawSeries[]> {
  let part: RawSeries[] = [];
  let samples = 0;
  for (const one of series) {
    part.push(one);
    samples += one.samples.length;
    if (samples < MOST) continue;
    yield part;
    part = [];
    samples = 0;
  }
  if (part.length) yield part;
}
