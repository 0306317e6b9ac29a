/**
 * Asks every 100 ms until the answer is enough.
 *
 * @throws Error with the last answer once `deadline` ms have passed.
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  isEnough: (answer: T) => boolean,
  deadline = 60_000,
): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    const answer = await ask();
    if (isEnough(answer)) return answer;
    if (Date.now() > end) {
      throw new Error(`${what}: not after ${deadline} ms, last seen: ${JSON.stringify(answer)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Asks like `until`, and calls `nudge` whenever the answer has not been enough for five seconds. For what goes on only
 * when something happens: a push that failed is repeated by the next request.
 */
export async function untilNudged<T>(
  what: string,
  ask: () => T | Promise<T>,
  isEnough: (answer: T) => boolean,
  nudge: () => Promise<unknown>,
): Promise<T> {
  for (let nudges = 0; ; nudges++) {
    try {
      return await until(what, ask, isEnough, 5_000);
    } catch (error) {
      if (nudges === 12) throw error;
      await nudge();
    }
  }
}

/** Checks every 100 ms, for so many ms, that something does not happen. */
export async function throughout(ms: number, check: () => void | Promise<void>): Promise<void> {
  const end = Date.now() + ms;
  await until("time passes", check, () => Date.now() > end, ms + 60_000);
}
