/** Workers in workerd that push to a receiver in this process; each test gets new ones. */
import { Receiver } from "@pushmeter/sdk/testing";
import { FaultyProxy } from "@pushmeter/testkit/faulty-proxy/proxy";
import { until, untilNudged } from "@pushmeter/testkit/poll";
import type { Miniflare } from "miniflare";
import { afterEach, beforeEach, expect } from "vitest";
import { receivedRequests, total } from "./counted.ts";
import type { Table } from "./traffic.ts";
import { startWorker, type WorkerName, type WorkerOptions } from "./workers.ts";

export const SITE = "http://courses.example";

export class Setup {
  receiver = new Receiver();
  #proxy: FaultyProxy | undefined;
  readonly #workers: Miniflare[] = [];

  constructor() {
    beforeEach(async () => {
      this.receiver = new Receiver();
      this.#proxy = await FaultyProxy.start(this.receiver.fetch);
    });
    afterEach(async () => {
      await Promise.all(this.#workers.splice(0).map((worker) => worker.dispose()));
      await this.proxy.stop();
    });
  }

  /** In front of the receiver. */
  get proxy(): FaultyProxy {
    return this.#proxy as FaultyProxy;
  }

  async start(options: Partial<WorkerOptions> = {}, name: WorkerName = "remote-write"): Promise<Miniflare> {
    const url = name === "remote-write" ? `${this.proxy.url}/api/v1/write` : this.proxy.url;
    const worker = await startWorker(name, { url, ...options });
    this.#workers.push(worker);
    return worker;
  }

  /**
   * Waits until as many requests are counted as the table has; fails if more are.
   *
   * @param visit - sends one more request and adds it to the table, whenever nothing has come for five seconds.
   */
  async received(sent: Table, visit?: () => Promise<unknown>): Promise<Table> {
    const received = () => receivedRequests(this.receiver);
    const isEnough = (table: Table) => {
      expect(total(table)).toBeLessThanOrEqual(total(sent));
      return total(table) === total(sent);
    };
    const what = "all requests are counted";
    return visit ? untilNudged(what, received, isEnough, visit) : until(what, received, isEnough);
  }
}

/** A response as a client sees it: status, headers and body in one text. */
export async function seen(worker: Miniflare, path: string, init: RequestInit = {}): Promise<string> {
  const response = await worker.dispatchFetch(SITE + path, { redirect: "manual", ...init } as object);
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

/** The errors that `onError` was called with in a worker. */
export async function heard(worker: Miniflare): Promise<string[]> {
  const response = await worker.dispatchFetch(`${SITE}/errors`);
  return (await response.json()) as string[];
}
