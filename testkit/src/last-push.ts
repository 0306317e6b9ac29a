/** What the newest push to a receiver held. */
import type { Receiver } from "@pushmeter/sdk/testing";

export interface LastPush {
  readonly samples: number;
  /** Samples about pushmeter itself. */
  readonly own: number;
}

/** @param receiver - of one instance, whose samples of one push have one time. */
export function lastPush(receiver: Receiver): LastPush {
  const series = receiver.series();
  const time = (of: (typeof series)[number]) => of.samples.at(-1)?.timestamp ?? 0;
  const last = Math.max(...series.map(time));
  const pushed = series.filter((each) => time(each) === last);
  return {
    samples: pushed.length,
    own: pushed.filter(({ name }) => name.startsWith("pushmeter_")).length,
  };
}
