/** Divides what is pushed into parts of bounded size. */
import type { Sample } from "../outgoing.ts";
import type { Series } from "../series.ts";

/** Prometheus series of one request, and of those that start together. */
const REQUEST_SIZE = 2_000;
const GROUP_SIZE = 40_000;

export function requestsOf(samples: readonly Sample[]): Generator<Sample[]> {
  return packed(samples, REQUEST_SIZE, ([series]) => series);
}

/** Series that start together, before their values are pushed. In each group the ids ascend. */
export function groupsOf(all: readonly Series[]): Generator<Series[]> {
  return packed(
    all,
    GROUP_SIZE,
    (series) => series,
    (series, last) => series.id < last.id,
  );
}

function* packed<Item>(
  items: readonly Item[],
  limit: number,
  seriesOf: (item: Item) => Series,
  beginsAnew: (item: Item, last: Item) => boolean = () => false,
): Generator<Item[]> {
  let part: Item[] = [];
  let size = 0;
  for (const item of items) {
    const weight = seriesOf(item).size;
    if (part.length && (size + weight > limit || beginsAnew(item, part.at(-1) as Item))) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(item);
    size += weight;
  }
  if (part.length) yield part;
}
