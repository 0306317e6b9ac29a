import { setTimeout as sleep } from "node:timers/promises";

export interface Order {
  /** ms. */
  readonly wait: number;
  readonly fail?: boolean;
}

/** The work of each function of the bench. */
export async function work({ wait, fail }: Order): Promise<string> {
  await sleep(wait);
  if (fail) throw new RangeError("asked to");
  return "done";
}
