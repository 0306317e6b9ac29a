/** A load of batches on one object: the aggregator, or one that stores a blob per call and nothing else. */
import { DurableObject } from "cloudflare:workers";
import { resourceFromAttributes } from "@opentelemetry/resources";

import { createAggregator } from "@pushmeter/aggregator";
import { encodeCompact, VERSION } from "@pushmeter/aggregator/core";
import type { Destination } from "@pushmeter/sdk";
import { requestCounter } from "../request-counter.ts";

/** What is measured is taking batches: where the totals go costs nothing. */
const nowhere: Destination = {
  export: (_metrics, callback) => callback({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
};

export class Aggregator extends createAggregator({ push: () => nowhere }) {}

/** Its heartbeats follow each other fast, as in a simulation. */
export class Frequent extends createAggregator({ push: () => nowhere, every: 100 }) {
  /** Resolves after the next heartbeat, to the bytes that are stored. */
  async nextHeartbeat(): Promise<number> {
    const before = (await this.status()).lastPush?.time;
    while ((await this.status()).lastPush?.time === before) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.ctx.storage.sql.databaseSize;
  }
}

type Context = ConstructorParameters<typeof DurableObject>[0];

/** Counts the rows that it writes. */
export class Counted extends createAggregator({ push: () => nowhere }) {
  readonly #rows: () => number;

  constructor(ctx: Context, env: Env) {
    const rows = countRows(ctx);
    super(ctx as never, env);
    this.#rows = rows;
  }

  async rowsWritten(): Promise<number> {
    return this.#rows();
  }
}

function countRows({ storage }: Context): () => number {
  let rows = 0;
  let cursors: { readonly rowsWritten: number }[] = [];
  const { sql } = storage;
  const [exec, setAlarm] = [sql.exec, storage.setAlarm];
  // A cursor knows its number once it has been read.
  const count = () => {
    for (const { rowsWritten } of cursors) rows += rowsWritten;
    cursors = [];
    return rows;
  };
  Object.assign(sql, {
    exec(...args: Parameters<typeof exec>) {
      const cursor = exec.apply(sql, args);
      cursors.push(cursor);
      return cursor;
    },
  });
  Object.assign(storage, {
    setAlarm(time: number) {
      rows++;
      return setAlarm.call(storage, time);
    },
  });
  return count;
}

interface Message {
  readonly body: Uint8Array;
}

/** One stored blob per call. */
export class Bare extends DurableObject {
  async push({ body }: Message): Promise<object> {
    void this.ctx.storage.put("blob", body);
    return { status: "stored" };
  }
}

/** What the platform's calls cost alone. */
export class Idle extends DurableObject {
  async push(_: Message): Promise<object> {
    return { status: "stored" };
  }
}

interface Env {
  readonly [name: string]: {
    idFromName(name: string): unknown;
    get(id: unknown): {
      push(message: object): Promise<{ status: string }>;
      nextHeartbeat(): Promise<number>;
      rowsWritten(): Promise<number>;
    };
  };
}

/** So many bodies, no two alike: a blob equal to the stored one is not written at all. */
const BODIES = 64;

/** One delta of each of so many series. */
function batch(series: number, value: number): Uint8Array {
  const data = requestCounter(series, value, [1_700_000_000, 0]);
  const resource = resourceFromAttributes({ "service.name": "bench" });
  const scopeMetrics = [{ scope: { name: "bench" }, metrics: [data] }];
  return encodeCompact({ resource, scopeMetrics });
}

const TARGET = { resource: { "service.name": "bench" }, shard: "shard-0" };

/** Instances that began at different times send a batch each in equal intervals. */
async function rows(env: Env, number: (name: string) => number): Promise<Response> {
  const binding = env.Counted;
  if (!binding) return new Response("no such object", { status: 404 });
  const stub = binding.get(binding.idFromName("rows"));
  const [every, seconds] = [number("every") * 1000, number("seconds")];
  const bodies = Array.from({ length: BODIES }, (_, i) => batch(number("series"), 1 + i));
  const waits: number[] = [];
  let stored = 0;
  const instance = async (i: number) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * every));
    for (let seq = 1; seq <= (seconds * 1000) / every; seq++) {
      const began = Date.now();
      const body = bodies[(i + seq) % BODIES];
      const id = { instance: `instance-${i}`, seq };
      const { status } = await stub.push({ version: VERSION, id, target: TARGET, encoding: "compact", body });
      if (status === "stored") stored++;
      waits.push(Date.now() - began);
      await new Promise((resolve) => setTimeout(resolve, began + every - Date.now()));
    }
  };
  const started = Date.now();
  await Promise.all(Array.from({ length: number("instances") }, (_, i) => instance(i)));
  const rate = waits.length / ((Date.now() - started) / 1000);
  waits.sort((a, b) => a - b);
  const quantile = (q: number) => waits[Math.floor(q * (waits.length - 1))];
  return Response.json({
    batches: waits.length,
    stored,
    rate,
    rows: await stub.rowsWritten(),
    p50: quantile(0.5),
    p99: quantile(0.99),
  });
}

export default {
  /** Calls from so many instances at once, each waiting for its answer before the next. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const number = (name: string) => Number(searchParams.get(name));
    if (pathname === "/rows") return rows(env, number);
    const bodies = Array.from({ length: BODIES }, (_, i) => batch(number("series"), 1 + i));
    const binding = env[searchParams.get("object") ?? ""];
    if (!binding) return new Response("no such object", { status: 404 });
    const stub = binding.get(binding.idFromName("bench"));
    const round = searchParams.get("round");
    let stored = 0;
    let calls = 0;
    const caller = async (_: unknown, caller: number) => {
      const first = number("first") || 1;
      for (let seq = first; seq < first + number("calls"); seq++) {
        const id = { instance: `${round}-${caller}`, seq };
        const body = bodies[calls++ % BODIES];
        const { status } = await stub.push({
          version: VERSION,
          id,
          target: TARGET,
          encoding: "compact",
          body,
        });
        if (status === "stored") stored++;
      }
    };
    await Promise.all(Array.from({ length: number("callers") }, caller));
    if (searchParams.has("heartbeat")) return Response.json({ stored, bytes: await stub.nextHeartbeat() });
    return Response.json(stored);
  },
};
