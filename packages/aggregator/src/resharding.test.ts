/** The number of shards changes while instances live. */
import { describe, expect, it } from "vitest";
import { ingest } from "./ingest.ts";
import { shardOf } from "./shards.ts";
import { Objects } from "./testing/objects.ts";
import { body, CUMULATIVE, sum } from "./testing/otlp.ts";

const all = (totals: Record<string, number>) => Object.values(totals).reduce((a, b) => a + b, 0);
const INSTANCES = Array.from({ length: 20 }, (_, i) => `i-${i}`);
const OLD = { token: "t", shards: 2 };
const NEW = { token: "t", shards: 5, formerShards: 2 };

/** Every kind of sender: numbered deltas, deltas without a number, totals. */
class Service {
  readonly objects = new Objects();
  readonly #start = this.objects.runtime.now() - 1;

  async push(instance: string, push: number, options: typeof OLD | typeof NEW): Promise<void> {
    const now = this.#start + push * 1000;
    const metrics = {
      numbered: [sum(1, now, { name: "numbered" }), sum(1, now, { name: "open", isMonotonic: false })],
      unnumbered: [sum(1, now, { name: "unnumbered" })],
      totals: [sum(push, now, { name: "totals", start: this.#start, temporality: CUMULATIVE })],
    };
    for (const [kind, list] of Object.entries(metrics)) {
      const resource = { "service.name": "courses", "service.instance.id": `${instance}-${kind}` };
      const key = kind === "numbered" && { "idempotency-key": `"${instance}-${kind}/${push}"` };
      const request = new Request("http://aggregator/v1/metrics", {
        method: "POST",
        headers: { authorization: "Bearer t", "content-type": "application/json", ...key },
        body: body({ resource, metrics: list }) as Uint8Array<ArrayBuffer>,
      });
      expect((await ingest(request, this.objects, options)).status).toBe(200);
    }
  }
}

describe("another number of shards", () => {
  it("leaves an instance with the shard that knows it: nothing is counted twice, nothing is lost", async () => {
    const service = new Service();
    for (const instance of INSTANCES) await service.push(instance, 1, OLD);
    const before = service.objects.totals("open");
    for (const instance of INSTANCES) {
      // Its answer was lost: the instance repeats it, and now the number is another.
      await service.push(instance, 1, NEW);
      await service.push(instance, 2, NEW);
    }
    for (const name of ["numbered", "unnumbered", "totals", "open"]) {
      const totals = service.objects.totals(name);
      expect(all(totals), name).toBe(2 * INSTANCES.length);
      expect(Object.keys(totals).sort(), name).toEqual(Object.keys(before).sort());
    }
    expect(all(service.objects.totals("pushmeter.aggregator.baselines"))).toBe(0);
  });

  it("spreads new instances over all shards", async () => {
    const service = new Service();
    for (const instance of INSTANCES) await service.push(instance, 1, NEW);
    const shards = new Set(INSTANCES.map((id) => `courses/${shardOf(`${id}-numbered`, 5)}`));
    expect(Object.keys(service.objects.totals("numbered")).sort()).toEqual([...shards].sort());
    expect(shards.size).toBe(5);
  });
});
