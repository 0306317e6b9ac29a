/** A line on a terminal that is written over, elsewhere a line every few seconds. */
import type { Progress } from "./part.ts";

const EVERY = 5_000;

/** @param what - the first word of each line. */
export function progressOf(what: string, out: NodeJS.WriteStream): Progress & { done(): void } {
  let told = performance.now();
  const progress: Progress = (text) => {
    if (out.isTTY) {
      out.write(`\r${what}: ${text}\x1b[K`);
    } else if (performance.now() - told >= EVERY) {
      told = performance.now();
      out.write(`${what}: ${text}\n`);
    }
  };
  const done = () => {
    if (out.isTTY) out.write("\r\x1b[K");
  };
  return Object.assign(progress, { done });
}
