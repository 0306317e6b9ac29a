/**
 * A process, started with `MEMORY_FLAGS`, that prints how many bytes a first push of 10,000 series allocates, garbage
 * included. The peak of the process's memory says less, because freed memory is used again.
 */
import { setImmediate } from "node:timers/promises";
import { CONTENDERS } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const contender = CONTENDERS[process.argv[2] ?? ""];
if (!contender) throw new Error(`no contender ${process.argv[2]}`);
const metrics = await recorded(Math.ceil(10_000 / SERIES_PER_SET));
// A first push loads and compiles code, which is not counted.
await (await contender(await recorded(1)))();
const push = await contender(metrics);
for (let i = 0; i < 2; i++) {
  globalThis.gc?.();
  await setImmediate();
}
const before = used();
await push();
process.stdout.write(`${used() - before}\n`);

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
