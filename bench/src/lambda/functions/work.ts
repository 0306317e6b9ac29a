import { setTimeout as sleep } from "node:timers/promises";

export interface Order {
  /** ms. */
  readonly wait: number;
  readonly fail?: boolean;
}

/** What each function of the bench does. */
export async function work({ wait, fail }: Order): Promise<string> {
  await sleep(wait);
  if (fail) throw new RangeError("asked to");
  return "done";
}
