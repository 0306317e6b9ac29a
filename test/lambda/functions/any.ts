/** A function that knows nothing of pushmeter, and ends in every way that a function can. */
import { setTimeout as sleep } from "node:timers/promises";

interface Order {
  readonly wait?: number;
  readonly error?: string;
  readonly exit?: boolean;
  /** Uses all memory there is. */
  readonly memory?: boolean;
}

export const handler = async ({ wait = 0, error, exit, memory }: Order) => {
  if (exit) process.exit(1);
  const filled: Buffer[] = [];
  while (memory) {
    filled.push(Buffer.alloc(32_000_000, 1));
    await sleep(1);
  }
  await sleep(wait);
  if (error) throw new RangeError(error);
  return "done";
};
