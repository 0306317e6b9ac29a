/** A process of its own: prints by how many bytes a first push of 10,000 series raises the peak of its memory. */
import { remoteWriteOf } from "./formats.ts";
import { recorded, SERIES_PER_SET } from "./workload.ts";

const metrics = await recorded(Math.ceil(10_000 / SERIES_PER_SET));
// Whatever is loaded and compiled on first use is no series' memory.
await remoteWriteOf(await recorded(1), "2.0")();
const before = process.resourceUsage().maxRSS;
await remoteWriteOf(metrics, "2.0")();
process.stdout.write(`${(process.resourceUsage().maxRSS - before) * 1024}\n`);
