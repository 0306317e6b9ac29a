/**
 * A process, started with `MEMORY_FLAGS`, that prints how many bytes a first push of 10,000 series allocates, garbage
 * included. The peak of the process's memory says less, because freed memory is used again.
 */
import { remoteWriteOf } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const metrics = await recorded(Math.ceil(10_000 / SERIES_PER_SET));
// A first push loads and compiles code, which is not counted.
await remoteWriteOf(await recorded(1), "2.0")();
const push = remoteWriteOf(metrics, "2.0");
globalThis.gc?.();
const before = used();
await push();
process.stdout.write(`${used() - before}\n`);

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
