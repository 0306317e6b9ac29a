/** Response latency of a Worker whose receiver is slow: the same as without metrics, or the bar is missed. */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Receiver } from "@pushmeter/sdk/testing";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { seeded } from "@pushmeter/testkit/random";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { serve } from "@pushmeter/testkit/serve";
import { quantile } from "@pushmeter/testkit/statistics";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import type { Miniflare } from "miniflare";
import { atMost, times as ratioOf } from "../bars.ts";
import type { Progress, Result } from "../part.ts";
import { load } from "./load.ts";

const WRAPPED = ["default flush", 'flush: "invocation"'] as const;
/** The second unwrapped one is the control: its ratio differs from 1 only by chance. */
const MODES = ["unwrapped", "unwrapped, again", ...WRAPPED] as const;
export type Mode = (typeof MODES)[number];

const REQUESTS = 8_000;
const WARM_UP = 300;
const CONCURRENCY = 4;
const SEED = 1;
/** Milliseconds until the handler's backend and the receiver answer. */
const BACKEND = 4;
const RECEIVER = 250;
/** The limit of a wrapped worker's p50 and p99, as a ratio to the unwrapped worker's. */
const LIMIT = 1.1;
/** Milliseconds until the last push must have arrived: the default linger, the push, and a reserve. */
const LAST_PUSH = 15_000;

export async function latency(progress: Progress): Promise<Result> {
  const backend = await serve(async () => {
    await setTimeout(BACKEND);
    return new Response("course");
  });
  const slow = await ReceiverServer.start();
  slow.delay = RECEIVER;
  const workers: Miniflare[] = [];
  try {
    const urls = {} as Record<Mode, URL>;
    const script = await bundleWorker({ file: join(import.meta.dirname, "worker.ts") }, { minify: true });
    for (const mode of MODES) {
      const bindings = { MODE: mode, BACKEND_URL: backend.url, REMOTE_WRITE_URL: slow.writeUrl };
      const worker = startWorkerd(script, { bindings });
      workers.push(worker);
      urls[mode] = await worker.ready;
    }
    const random = seeded(SEED);
    const run = (requests: number) =>
      load({
        urls,
        requests,
        concurrency: CONCURRENCY,
        random,
        onRequest: (done) => progress(`${done} of ${requests} requests to each worker`),
      });
    await run(WARM_UP);
    const times = await run(REQUESTS);
    progress("waiting for the last push");
    const counted = await allCounted(slow.receiver);
    return result(times, counted);
  } finally {
    for (const worker of workers) await worker.dispose();
    backend.close();
    slow.stop();
  }
}

/**
 * The requests that each wrapped worker has counted.
 *
 * @throws Error unless those are all: a worker that loses some would look faster than it is.
 */
async function allCounted(receiver: Receiver): Promise<Map<Mode, number>> {
  const sent = WARM_UP + REQUESTS;
  const deadline = performance.now() + LAST_PUSH;
  for (;;) {
    const counted = new Map<Mode, number>(
      WRAPPED.map((job) => [job, receiver.total("http_server_request_duration_seconds_count", { job })]),
    );
    const wrong = [...counted].filter(([, count]) => count !== sent);
    if (!wrong.length) return counted;
    if (performance.now() > deadline) {
      throw new Error(wrong.map(([mode, count]) => `${mode} counted ${count} of ${sent}`).join(", "));
    }
    await setTimeout(100);
  }
}

function result(times: ReadonlyMap<Mode, number[]>, counted: ReadonlyMap<Mode, number>): Result {
  const measured = MODES.map((mode) => {
    const values = times.get(mode) ?? [];
    return { mode, requests: values.length, p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
  });
  const [unwrapped] = measured as [(typeof measured)[0]];
  const ratio = (value: number, key: "p50" | "p99") => `${(value / unwrapped[key]).toFixed(3)} ×`;
  const wrapped = measured.filter(({ mode }) => counted.has(mode));
  const bars = wrapped.flatMap(({ mode, ...values }) =>
    (["p50", "p99"] as const).map((key) =>
      atMost(
        `latency: ${mode}, ${key}, of the unwrapped handler's`,
        values[key] / unwrapped[key],
        LIMIT,
        ratioOf,
      ),
    ),
  );
  return {
    title: `Response latency in workerd with a receiver that takes ${RECEIVER} ms, milliseconds`,
    rows: [
      ["", "requests", "counted", "p50", "ratio", "p99", "ratio"],
      ...measured.map(({ mode, requests, p50, p99 }) => [
        mode,
        `${requests}`,
        counted.has(mode) ? `${(counted.get(mode) ?? 0) - WARM_UP}` : "-",
        p50.toFixed(2),
        ratio(p50, "p50"),
        p99.toFixed(2),
        ratio(p99, "p99"),
      ]),
    ],
    notes: [
      `The handler waits for a backend that takes ${BACKEND} ms. ${CONCURRENCY} requests at a time, ` +
        `workers in turn, in an order that changes (seed ${SEED}), after ${WARM_UP} requests to warm up.`,
      "The second unwrapped worker shows how much two equal workers differ by chance on this machine.",
    ],
    bars,
    data: measured,
  };
}
