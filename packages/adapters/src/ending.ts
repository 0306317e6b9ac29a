/** How a function ends. */
import type { Ending } from "@pushmeter/sdk/adapter";

/** Runs a function, and calls `ended` with how it ended. Returns what it returns and throws what it throws. */
export async function withEnding(run: () => unknown, ended: (ending: Ending) => void): Promise<unknown> {
  let ending: Ending = {};
  try {
    return await run();
  } catch (error) {
    ending = { thrown: { error } };
    throw error;
  } finally {
    ended(ending);
  }
}
