/**
 * Bodies of 50 MB through `wholeBody`, `measureSizes` and the other functions for streams, beside the same Worker
 * without pushmeter: their bytes, workerd's memory, and the time that a chunk takes.
 *
 * `node test/e2e/large-bodies.ts 10` measures ten of each in turn, and prints the figures of docs/workers.md.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { median } from "@pushmeter/testkit/statistics";
import { table } from "@pushmeter/testkit/table";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";

/** As `worker/streams.ts` sends them. */
const CHUNKS = 800;

/** One workerd. */
export class LargeBodies {
  readonly #worker: Miniflare;
  readonly #url: URL;
  readonly #process: string;
  /** From the request to the end of the body, ms. */
  readonly times: number[] = [];

  private constructor(worker: Miniflare, url: URL, process: string) {
    this.#worker = worker;
    this.#url = url;
    this.#process = process;
  }

  static async start(pushUrl: string, measured: boolean): Promise<LargeBodies> {
    const script = await bundleWorker({ file: join(import.meta.dirname, "worker/streams.ts") });
    const before = workerds();
    const bindings = { PUSH_URL: pushUrl, MEASURED: `${measured}` };
    const worker = startWorkerd(script, { name: "courses", bindings });
    const url = await worker.ready;
    const [process = ""] = workerds().filter((id) => !before.includes(id));
    return new LargeBodies(worker, url, process);
  }

  /** Reads one body; returns the digest of its bytes. */
  async read(): Promise<string> {
    const started = performance.now();
    const hash = createHash("sha256");
    for await (const chunk of (await fetch(new URL("/large", this.#url))).body ?? []) hash.update(chunk);
    this.times.push(performance.now() - started);
    return hash.digest("hex");
  }

  /** The most memory that workerd has had, bytes, as Linux counts it. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.#process}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  }

  stop(): Promise<void> {
    return this.#worker.dispose();
  }
}

/** Ids of the workerds that this process has started. */
function workerds(): string[] {
  return readdirSync("/proc").filter((id) => {
    const [, name, parent] = /^\d+ \((.*?)\) \S (\d+)/.exec(/^\d+$/.test(id) ? stat(id) : "") ?? [];
    return name === "workerd" && parent === `${process.pid}`;
  });
}

/** Empty if the process has ended meanwhile. */
function stat(id: string): string {
  try {
    return readFileSync(`/proc/${id}/stat`, "utf8");
  } catch {
    return "";
  }
}

if (import.meta.main) {
  const [rounds = 10] = process.argv.slice(2).map(Number);
  const server = await ReceiverServer.start();
  const all = [
    await LargeBodies.start(server.writeUrl, false),
    await LargeBodies.start(server.writeUrl, true),
  ];
  const digests = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const one of all) digests.add(await one.read());
  }
  const rows = all.map((one, i) => [
    i ? "measured" : "bare",
    `${(one.peakMemory() / 1e6).toFixed(0)} MB`,
    `${((median(one.times) * 1000) / CHUNKS).toFixed(0)} µs`,
    `${((Math.min(...one.times) * 1000) / CHUNKS).toFixed(0)} µs`,
  ]);
  console.log(
    table([["Worker", "workerd's memory", "a chunk, median", "a chunk, least"], ...rows]).join("\n"),
  );
  console.log(
    `${2 * rounds} bodies of ${CHUNKS} chunks, ${digests.size === 1 ? "all with" : "NOT with"} the same bytes`,
  );
  for (const one of all) await one.stop();
  server.stop();
}
