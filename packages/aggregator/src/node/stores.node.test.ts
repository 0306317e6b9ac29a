/** What a shard host relies on, of every store: in memory, in a Durable Object, in a file, in PostgreSQL. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWorker } from "@pushmeter/testkit/bundle";
import { type Postgres, startPostgres } from "@pushmeter/testkit/servers/postgres";
import { startWorkerd } from "@pushmeter/testkit/workerd";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LARGEST_VALUE, MemoryStore, type Row, type Store } from "../core/store.ts";
import { RemoteStore } from "../testing/store-wire.ts";
import { Database } from "./postgres/database.ts";
import { PostgresStore } from "./postgres/postgres-store.ts";
import { SqliteFile } from "./sqlite-file.ts";

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** A place for stores. */
interface Place {
  /** The store of this name as its next owner finds it: after a restart, an eviction or a takeover. */
  open(name: string): Promise<Store>;
  stop(): Promise<unknown>;
}

async function inMemory(): Promise<Place> {
  const stores = new Map<string, MemoryStore>();
  return {
    async open(name) {
      const store = stores.get(name) ?? new MemoryStore();
      stores.set(name, store);
      return store;
    },
    stop: async () => {},
  };
}

async function inObject(): Promise<Place> {
  const file = join(import.meta.dirname, "../testing/store-object.ts");
  const miniflare = startWorkerd(await bundleWorker({ file }), {
    name: "stores",
    durableObjects: { STORE: { className: "StoreObject", useSQLite: true } },
  });
  await miniflare.ready;
  return {
    async open(name) {
      return new RemoteStore(async (called) => {
        const init = { method: "POST", body: JSON.stringify(called) };
        const response = await miniflare.dispatchFetch(`http://stores/${name}`, init);
        if (!response.ok) throw new Error(await response.text());
        return response.json();
      });
    },
    stop: () => miniflare.dispose(),
  };
}

async function inFile(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "pushmeter-stores-"));
  let file = new SqliteFile(join(folder, "totals.db"));
  return {
    async open(name) {
      file.close();
      file = new SqliteFile(join(folder, "totals.db"));
      return file.store(name);
    },
    async stop() {
      file.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function inPostgres(): Promise<Place & { readonly database: Database }> {
  const database = await Database.open(postgres.store);
  return {
    database,
    open: async (name) => PostgresStore.own(database, await numberOf(database, name)),
    stop: () => database.close(),
  };
}

async function numberOf(database: Database, name: string): Promise<number> {
  const text = "INSERT INTO pushmeter_shard (name) VALUES ($1) ON CONFLICT DO NOTHING";
  await database.query({ text, values: [name] });
  const select = "SELECT number FROM pushmeter_shard WHERE name = $1";
  const { rows } = await database.query({ text: select, values: [name] });
  return rows[0]?.number as number;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const row = (n: number): Row => ({ entries: `[${n},"ü\\n"]`, bodies: bytes(0, n, 255) });

/** As plain values, whatever kind of bytes a store returns. */
async function read(store: Store) {
  const { parts, rows } = await store.load();
  return {
    parts: parts.map((part) => [...part]),
    rows: Array.from(rows, ({ entries, bodies }) => ({ entries, bodies: bytes(...bodies) })),
  };
}

describe.each([
  ["in memory", inMemory],
  ["in a Durable Object", inObject],
  ["in a SQLite file", inFile],
  ["in PostgreSQL", inPostgres],
])("a store %s", (_, start) => {
  let place: Place;
  beforeAll(async () => {
    place = await start();
  });
  afterAll(() => place.stop());

  /** A loaded store: an owner loads before it writes. */
  const open = async (name: string) => {
    const store = await place.open(name);
    await store.load();
    return store;
  };

  it("is empty at first", async () => {
    expect(await read(await place.open("new"))).toEqual({ parts: [], rows: [] });
  });

  it("returns rows in their order, byte by byte, to each of its owners", async () => {
    let store = await open("rows");
    await store.append([row(1)]);
    await store.append([row(2), row(3), row(4)]);
    store = await open("rows");
    await store.append([row(5)]);
    expect((await read(await place.open("rows"))).rows).toEqual([1, 2, 3, 4, 5].map(row));
  });

  it("replaces its snapshot and forgets the rows before it", async () => {
    const store = await open("snapshot");
    await store.append([row(1), row(2), row(3)]);
    await store.save([bytes(1), bytes(2, 2), bytes(3)]);
    await store.append([row(4)]);
    expect(await read(await place.open("snapshot"))).toEqual({ parts: [[1], [2, 2], [3]], rows: [row(4)] });
    const next = await open("snapshot");
    await next.save([bytes(9)]);
    expect(await read(await place.open("snapshot"))).toEqual({ parts: [[9]], rows: [] });
  });

  it("keeps snapshot and rows if a save fails half-way", async () => {
    const store = await open("failed");
    await store.save([bytes(1)]);
    await store.append([row(1)]);
    function* cut() {
      yield bytes(2);
      throw new Error("cut");
    }
    await expect((async () => store.save(cut()))()).rejects.toThrow("cut");
    expect(await read(await place.open("failed"))).toEqual({ parts: [[1]], rows: [row(1)] });
  });

  it("has room for the largest values", async () => {
    const store = await open("large");
    const large = new Uint8Array(LARGEST_VALUE).fill(7);
    await store.append([{ entries: "[]", bodies: large }]);
    await store.save([large]);
    const { parts } = await (await place.open("large")).load();
    expect(parts.map((part) => Buffer.compare(part, large))).toEqual([0]);
  });

  it("returns nothing that was set aside, and keeps stores apart", async () => {
    const store = await open("aside");
    await store.append([row(1)]);
    await store.setAside([row(1)]);
    expect((await read(await place.open("aside"))).rows).toEqual([row(1)]);
    expect(await read(await place.open("other"))).toEqual({ parts: [], rows: [] });
  });
});

describe("a shard in PostgreSQL with a new owner", () => {
  let place: Awaited<ReturnType<typeof inPostgres>>;
  beforeAll(async () => {
    place = await inPostgres();
  });
  afterAll(() => place.stop());

  it("takes nothing more from the one before", async () => {
    const before = await place.open("fenced");
    await before.load();
    await before.append([row(1)]);
    const now = await place.open("fenced");
    await now.load();
    const other = "another server has the shard now";
    await expect(before.append([row(2)])).rejects.toThrow(other);
    await expect(before.append([row(2), row(3)])).rejects.toThrow(other);
    await expect(before.save([bytes(1)])).rejects.toThrow(other);
    await expect(before.setAside([row(1)])).rejects.toThrow(other);
    await now.append([row(4)]);
    expect(await read(await place.open("fenced"))).toEqual({ parts: [], rows: [row(1), row(4)] });
  });

  it("has one owner's writes or the other's, whatever comes first", async () => {
    for (let n = 0; n < 8; n++) {
      const name = `race-${n}`;
      const before = await place.open(name);
      await before.load();
      const written = [before.append([row(1)]), before.append([row(2)]), before.append([row(3)])];
      const now = await place.open(name);
      const stored = await Promise.allSettled(written);
      const { rows } = await read(now);
      const kept = [1, 2, 3].filter((_, i) => stored[i]?.status === "fulfilled").map(row);
      // What was refused to the old owner is not there; what it stored, the new one found.
      expect(rows).toEqual(kept);
      await expect(before.append([row(9)])).rejects.toThrow("another server");
    }
  });

  it("removes batches from the inbox with the write that has them, or not at all", async () => {
    const { database } = place;
    const number = await numberOf(database, "inbox");
    const insert =
      "INSERT INTO pushmeter_inbox (shard, entries, bodies) VALUES ($1, '[]', '') RETURNING id::text";
    const letter = async () => {
      const { rows } = await database.query({ text: insert, values: [number] });
      return rows[0]?.id as string;
    };
    const left = async () => {
      const text = "SELECT id::text FROM pushmeter_inbox WHERE shard = $1 ORDER BY pushmeter_inbox.id";
      return (await database.query({ text, values: [number] })).rows.map(({ id }) => id);
    };
    const ids = [await letter(), await letter(), await letter(), await letter()] as const;
    const before = await PostgresStore.own(database, number);
    await before.load();
    before.took([ids[0]]);
    await before.append([row(1)]);
    before.took([ids[1]]);
    await before.save([bytes(1)]);
    expect(await left()).toEqual(ids.slice(2));
    const now = await PostgresStore.own(database, number);
    before.took([ids[2]]);
    await expect(before.append([row(2)])).rejects.toThrow("another server");
    expect(await left()).toEqual(ids.slice(2));
    await now.load();
    now.took(ids.slice(2));
    await now.append([]);
    expect(await left()).toEqual([]);
  });
});
