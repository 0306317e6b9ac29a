/** Workers in workerd that push to a receiver in this process; all made anew for each test. */
import { Receiver } from "@pushmeter/sdk/testing";
import { until } from "@pushmeter/testkit/poll";
import type { Miniflare } from "miniflare";
import { afterEach, beforeEach, expect } from "vitest";
import { receivedRequests, total } from "./counted.ts";
import { Front } from "./front.ts";
import type { Table } from "./traffic.ts";
import { startWorker, type WorkerName, type WorkerOptions } from "./workers.ts";

export const SITE = "http://courses.example";

export class Rig {
  receiver = new Receiver();
  front = new Front(this.receiver.fetch);
  readonly #workers: Miniflare[] = [];

  constructor() {
    beforeEach(async () => {
      this.receiver = new Receiver();
      this.front = new Front(this.receiver.fetch);
      await this.front.start();
    });
    afterEach(async () => {
      await Promise.all(this.#workers.splice(0).map((worker) => worker.dispose()));
      await this.front.stop();
    });
  }

  async start(options: Partial<WorkerOptions> = {}, name: WorkerName = "remote-write"): Promise<Miniflare> {
    const url = name === "remote-write" ? `${this.front.url}/api/v1/write` : this.front.url;
    const worker = await startWorker(name, { url, ...options });
    this.#workers.push(worker);
    return worker;
  }

  /** Until as many requests are counted as are in the table, and never more. */
  async received(sent: Table): Promise<Table> {
    const received = () => receivedRequests(this.receiver);
    return until("all requests are counted", received, (table) => {
      expect(total(table)).toBeLessThanOrEqual(total(sent));
      return total(table) === total(sent);
    });
  }
}

/** Everything that a client can see of an answer. */
export async function seen(worker: Miniflare, path: string, init: RequestInit = {}): Promise<string> {
  const response = await worker.dispatchFetch(SITE + path, { redirect: "manual", ...init } as object);
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

/** What `onError` has heard in a worker. */
export async function heard(worker: Miniflare): Promise<string[]> {
  const response = await worker.dispatchFetch(`${SITE}/errors`);
  return (await response.json()) as string[];
}
