/** Compares what pushmeter and a library answer to a scrape. */
import { parsed } from "@pushmeter/testkit/text-format";
import { expect } from "vitest";

/**
 * Series and values, one in a line. Of what depends on time, sums of seconds and buckets, only the series.
 *
 * @param only - the metrics to keep.
 */
function series(text: string, only?: ReadonlySet<string>): string[] {
  return parsed(text)
    .filter(({ name }) => !only || only.has(name))
    .map(({ name, labels, value }) => {
      const { le, ...others } = labels;
      const pairs = Object.entries({
        ...others,
        ...(le && { le: `${Number(le.replace("+Inf", "Infinity"))}` }),
      })
        // A label without a value is none in Prometheus.
        .filter(([, value]) => value)
        .map(([label, value]) => `${label}=${value}`);
      const isTimed = (le && le !== "+Inf") || /seconds_sum$/.test(name);
      return `${name} ${pairs.sort().join()} ${isTimed ? "" : value}`;
    })
    .sort();
}

/** All series of the library, and of pushmeter no other metric of requests. */
export function expectSame(own: string, library: string, ignored?: string): void {
  const names = new Set(parsed(library).map(({ name }) => name));
  if (ignored) names.delete(ignored);
  expect(series(own, names)).toEqual(series(library, names));
  expect(names.size).toBeGreaterThan(0);
  const requests = parsed(own).filter(({ name }) => /request|_count|latency/.test(name));
  const more = requests.map(({ name }) => name).filter((name) => !names.has(name));
  // Sizes and requests in progress, which these libraries do not have and Prometheus users of OpenTelemetry know.
  expect(more.filter((name) => !/^http_server_(active|request_body|response_body)/.test(name))).toEqual([]);
}
