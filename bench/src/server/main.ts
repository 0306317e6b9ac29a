/**
 * `npm run bench:server`: the aggregator as a server. Batches a second for each store beside a server that only stores
 * them, one to three servers on one PostgreSQL, and the memory of 20,000 attribute sets.
 */
import { join } from "node:path";
import { until } from "@pushmeter/testkit/poll";
import { ReceiverServer } from "@pushmeter/testkit/receiver-server";
import { startPostgres } from "@pushmeter/testkit/servers/postgres";
import { Process } from "@pushmeter/testkit/servers/process";
import { median } from "@pushmeter/testkit/statistics";
import { table } from "@pushmeter/testkit/table";
import { usage } from "../usage.ts";
import { counters, histograms } from "./bodies.ts";
import { Caller, SERIES } from "./load.ts";
import { startServer, TOKEN } from "./start.ts";

const ROUNDS = 3;
const SECONDS = 4;
const SHARDS = 3;
const SETS = 20_000;
const METRICS = 10;

function startBare(store: string | undefined): Promise<Process> {
  return Process.start({
    file: process.execPath,
    ready: ([port]) => `http://127.0.0.1:${port}/`,
    args: ([port], folder) => [
      join(import.meta.dirname, "bare.ts"),
      `${port}`,
      store ?? join(folder, "blobs.db"),
    ],
  });
}

interface Contender {
  readonly name: string;
  readonly servers: readonly Process[];
}

/** Batches a second, each contender in turn. The first round warms up. */
async function rates(contenders: readonly Contender[]): Promise<Map<string, number>> {
  const found = new Map<string, number[]>();
  const body = counters(SERIES);
  const callers = contenders.map(
    ({ servers }) => new Caller({ urls: servers.map(({ url }) => url), token: TOKEN, body }),
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [i, { name }] of contenders.entries()) {
      process.stderr.write(`round ${round} of ${ROUNDS}, ${name}\n`);
      const rate = await (callers[i] as Caller).rate(SECONDS);
      if (round) found.set(name, [...(found.get(name) ?? []), rate]);
    }
  }
  for (const caller of callers) caller.stop();
  return new Map(Array.from(found, ([name, all]) => [name, median(all)]));
}

const row = (name: string, rate: number, bare: number) => [name, rate.toFixed(0), (rate / bare).toFixed(2)];

async function sqlite(writeUrl: string): Promise<string[][]> {
  const bare: Contender = {
    name: "SQLite: stores bodies, nothing else",
    servers: [await startBare(undefined)],
  };
  const own: Contender = { name: "SQLite: aggregator", servers: [await startServer(writeUrl)] };
  try {
    const found = await rates([bare, own]);
    return [bare, own].map(({ name }) => row(name, found.get(name) ?? 0, found.get(bare.name) ?? 1));
  } finally {
    for (const { servers } of [bare, own]) for (const server of servers) await server.stop();
  }
}

async function postgres(writeUrl: string): Promise<string[][]> {
  const rows: string[][] = [];
  let bareRate = 0;
  for (const count of [0, 1, 2, 3]) {
    const database = await startPostgres(true);
    const servers = count
      ? await Promise.all(
          Array.from({ length: count }, () =>
            startServer(writeUrl, { store: database.store, shards: SHARDS }),
          ),
        )
      : [await startBare(database.store)];
    const name = count
      ? `PostgreSQL: aggregator, ${count} ${count > 1 ? "servers" : "server"}`
      : "PostgreSQL: stores bodies, nothing else";
    try {
      const rate = (await rates([{ name, servers }])).get(name) ?? 0;
      if (!count) bareRate = rate;
      rows.push(row(name, rate, bareRate));
    } finally {
      for (const server of servers) await server.stop();
      await database.stop();
    }
  }
  return rows;
}

/** Megabytes of the process before and after 20,000 attribute sets of histograms with 15 bounds, heartbeats included. */
async function memory(receiver: ReceiverServer): Promise<[before: number, after: number]> {
  const server = await startServer(receiver.writeUrl);
  const megabytes = () => usage(server.pid as number).memory / 1e6;
  try {
    const before = megabytes();
    const each = SETS / METRICS;
    // One less for each metric: the last set of a metric is its overflow.
    for (let metric = 0; metric < METRICS; metric++) {
      for (let from = 0; from < each; from += 400) {
        const body = histograms(metric, from, Math.min(400, each - 1 - from));
        const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/x-protobuf" };
        const init = { method: "POST", headers, body: body as Uint8Array<ArrayBuffer> };
        const response = await fetch(`${server.url}/v1/metrics`, init);
        if (!response.ok) throw new Error(await response.text());
      }
    }
    let most = 0;
    const ask = async () => {
      most = Math.max(most, megabytes());
      const init = { headers: { authorization: `Bearer ${TOKEN}` } };
      const response = await fetch(`${server.url}/status?service=large`, init);
      const { shards } = (await response.json()) as {
        shards: { lastPush?: { result: string; time: number } }[];
      };
      return shards[0]?.lastPush;
    };
    const times = new Set<number>();
    await until(
      "two heartbeats",
      async () => {
        const last = await ask();
        if (last?.result === "success") times.add(last.time);
        return times.size;
      },
      (count) => count >= 2,
    );
    return [before, most];
  } finally {
    await server.stop();
  }
}

const receiver = await ReceiverServer.start();
try {
  const rows = [...(await sqlite(receiver.writeUrl)), ...(await postgres(receiver.writeUrl))];
  const header = ["stored batches of 20 series a second, over HTTP", "batches/s", "ratio"];
  process.stdout.write(`${table([header, ...rows]).join("\n")}\n`);
  const [before, after] = await memory(receiver);
  process.stdout.write(
    `\n${SETS} attribute sets of histograms with 15 bounds: ${before.toFixed(0)} MB before, ` +
      `at most ${after.toFixed(0)} MB over two heartbeats\n`,
  );
} finally {
  receiver.stop();
}
