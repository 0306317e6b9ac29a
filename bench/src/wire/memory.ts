/**
 * A process of its own, started with `MEMORY_FLAGS`: prints how many bytes a first push of 10,000 series
 * allocates, garbage included. The peak of the process's memory would say less: whatever was freed before is used
 * again.
 */
import { remoteWriteOf } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const metrics = await recorded(Math.ceil(10_000 / SERIES_PER_SET));
// Whatever is loaded and compiled on first use is no series' memory.
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
