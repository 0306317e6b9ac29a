import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Consumer, type ConsumerOptions } from "./consumer.ts";

const BATCHES = 100;
/** Before it, a Worker has no `ctx.exports`. */
const WITHOUT_EXPORTS = "2025-11-16";

describe("a queue's consumer in workerd", () => {
  let server: ReceiverServer;
  let consumer: Consumer | undefined;

  beforeEach(async () => {
    server = await ReceiverServer.start();
  });
  afterEach(async () => {
    await consumer?.stop();
    consumer = undefined;
    server.stop();
  });

  async function start(options: Partial<ConsumerOptions> = {}): Promise<Consumer> {
    consumer = await Consumer.start({ url: server.writeUrl, every: 200, ...options });
    return consumer;
  }
  const counted = () =>
    server.receiver.total("faas_invoke_duration_seconds_count", { messaging_destination_name: "jobs" });
  const handledAll = (one: Consumer) =>
    until(
      "all batches are handled",
      () => one.handled(),
      (handled) => handled === BATCHES,
    );

  it("gets every batch while the receiver answers none of the pushes, and all are counted afterwards", async () => {
    const release = server.hold();
    const one = await start();
    await one.send(BATCHES);
    await handledAll(one);
    expect(counted()).toBe(0);
    release();
    await until("all batches are counted", counted, (total) => total === BATCHES);
  });

  it("has its last batch counted without another one, with a receiver that takes 300 ms", async () => {
    server.delay = 300;
    const one = await start();
    await one.send(BATCHES);
    await until("all batches are counted", counted, (total) => total === BATCHES);
    await one.send(1);
    await until("the last one is counted", counted, (total) => total === BATCHES + 1);
  });

  it("that cannot call itself gets every batch, too, and is counted with a later one", async () => {
    server.delay = 100;
    const one = await start({ compatibilityDate: WITHOUT_EXPORTS });
    await one.send(BATCHES);
    await handledAll(one);
    const next = () => one.send(1).then(counted);
    await until("the batches before are counted", next, (total) => total >= BATCHES);
  });

  it.each(["instrumentWorker", "instrumentEntrypoint"])(
    "whose Worker is a class in %s is counted without another batch, with a receiver that takes 300 ms",
    async (INSTRUMENT) => {
      server.delay = 300;
      const script = await bundleWorker({ file: join(import.meta.dirname, "everything/class-worker.ts") });
      const worker = startWorkerd(script, {
        name: "courses",
        bindings: { PUSH_URL: server.writeUrl, INSTRUMENT },
        queueProducers: { JOBS: "jobs" },
        queueConsumers: { jobs: { maxBatchSize: 1, maxBatchTimeout: 0 } },
      });
      try {
        const jobs = await worker.getQueueProducer("JOBS");
        await jobs.sendBatch(Array.from({ length: BATCHES }, (_, i) => ({ body: i })));
        await until("all batches are counted", counted, (total) => total === BATCHES);
        const response = await worker.dispatchFetch("http://courses.example/");
        expect(await response.text()).toBe("hello");
      } finally {
        await worker.dispose();
      }
    },
  );
});
