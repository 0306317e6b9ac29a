import type { Runtime } from "@pushmeter/sdk";
import { FakeRuntime } from "@pushmeter/sdk/testing";
import { seeded } from "@pushmeter/testkit/random";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SqliteStore } from "../sqlite-store.ts";
import { body, sum } from "../testing/otlp.ts";
import { Sender } from "../testing/simulation.ts";
import { ShardHost } from "./host.ts";
import { Journal } from "./journal.ts";
import { type Message, VERSION } from "./message.ts";
import { decode } from "./otlp.ts";
import { type BatchId, Shard } from "./shard.ts";

interface Database {
  exec(sql: string): void;
  prepare(sql: string): { all(...bindings: unknown[]): Record<string, unknown>[] };
}

// Node's own types are kept out of this package: what is shipped has to do without Node.
const { DatabaseSync } = (await import("node:sqlite" as string)) as {
  DatabaseSync: new (path: string) => Database;
};

class Crash extends Error {}

const NOW = 1_700_000_000_000;
const TARGET = { resource: { "service.name": "courses" }, shard: "shard-0" };

/** A Durable Object's storage on the real SQLite. It dies where it is told to: what was written before stays. */
class Storage {
  readonly #database = new DatabaseSync(":memory:");
  /** Statements until the crash, which comes before or after the last of them. */
  left = Infinity;
  #inTransaction = false;
  readonly sql = {
    exec: (query: string, ...bindings: unknown[]) => {
      if (this.left <= 0) throw new Crash();
      this.left -= 0.5;
      if (this.left <= 0) throw new Crash();
      const rows = this.#database.prepare(query).all(...bindings);
      this.left -= 0.5;
      if (this.left <= 0) throw new Crash();
      return { toArray: () => rows.map(withBuffers) };
    },
  };

  transactionSync<T>(callback: () => T): T {
    if (this.#inTransaction) throw new Error("a transaction in a transaction");
    this.#inTransaction = true;
    this.#database.exec("BEGIN");
    try {
      const result = callback();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  rows(table: string): Record<string, unknown>[] {
    return this.#database.prepare(`SELECT * FROM ${table}`).all();
  }
}

/** Blobs are ArrayBuffers in workerd. */
function withBuffers(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? value.slice().buffer : value,
  ]);
  return Object.fromEntries(entries);
}

/** A shard and its journal on that storage, as `host.ts` uses them. */
class Host {
  readonly shard = new Shard();
  readonly journal: Journal;
  readonly damaged: number;
  readonly store: SqliteStore;

  constructor(storage: Storage) {
    this.store = new SqliteStore(storage);
    this.journal = new Journal(this.store, this.shard);
    this.damaged = this.journal.restore(this.store.load()).length;
  }

  push(id: BatchId, body: Uint8Array) {
    const [batch] = decode("protobuf", body);
    if (!batch) throw new Error("no batch");
    if (!this.shard.isKnown(id)) {
      this.journal.append({ version: VERSION, id, target: TARGET, encoding: "protobuf", body }, NOW);
      this.shard.target ??= TARGET;
    }
    return this.shard.merge(id, batch, NOW);
  }

  flush(): Promise<void> {
    return this.journal.flush();
  }

  save(): Promise<void> {
    return this.journal.save();
  }

  total(name: string): number {
    let total = 0;
    for (const { family, value } of this.shard.series) if (family.name === name) total += Number(value);
    return total;
  }
}

/** So many batches of several senders. */
async function batches(count: number): Promise<[BatchId, Uint8Array][]> {
  const random = seeded(7);
  const senders = ["a", "b", "ü"].map((name) => new Sender(name));
  const made: [BatchId, Uint8Array][] = [];
  for (let n = 0; n < count; n++) {
    const sender = senders[n % 3] as Sender;
    sender.meter.createCounter("logins").add(1, { route: `/${Math.floor(random() * 4)}` });
    sender.meter.createUpDownCounter("open").add(1);
    made.push(await sender.batch(NOW + n));
  }
  return made;
}

describe("the journal", () => {
  it("has every acknowledged batch once, wherever it crashes", async () => {
    const all = await batches(24);
    let crashes = 0;
    for (let point = 0.5; ; point += 0.5) {
      const storage = new Storage();
      storage.left = point;
      const acknowledged = new Set<number>();
      const run = async (host: Host) => {
        for (let n = 0; n < all.length; n += 3) {
          // Three that come at once share a row; every third time a heartbeat follows.
          const group = all.slice(n, n + 3);
          if (acknowledged.has(n)) continue;
          for (const batch of group) host.push(...batch);
          await host.flush();
          acknowledged.add(n);
          if (n % 9 === 6) await host.save();
        }
      };
      let crashed = false;
      try {
        await run(new Host(storage));
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        crashed = true;
        crashes++;
      }
      storage.left = Infinity;
      if (crashed) {
        const woken = new Host(storage);
        for (const n of acknowledged) {
          for (const [id] of all.slice(n, n + 3)) expect(woken.shard.isKnown(id)).toBe(true);
        }
        await run(woken);
      }
      const last = new Host(storage);
      expect([last.total("logins"), last.total("open")], `crash at statement ${point}`).toEqual([24, 24]);
      if (!crashed) break;
    }
    expect(crashes).toBeGreaterThan(30);
  });

  it("does not replay what the snapshot has, though the rows are still there", async () => {
    const storage = new Storage();
    const host = new Host(storage);
    for (const batch of await batches(6)) {
      host.push(...batch);
      await host.flush();
    }
    await host.save();
    expect(storage.rows("journal")).toHaveLength(6);
    const woken = new Host(storage);
    expect(woken.total("logins")).toBe(6);
    // None of them as a duplicate either: what is known of senders ends after a while.
    expect(woken.total("pushmeter.aggregator.batches")).toBe(6);
  });

  it("stores what was appended with the next snapshot, if nothing comes before", async () => {
    const storage = new Storage();
    const host = new Host(storage);
    for (const batch of await batches(3)) host.push(...batch);
    await host.save();
    await host.flush();
    expect(storage.rows("journal")).toEqual([]);
    expect(new Host(storage).total("logins")).toBe(3);
  });

  it("cuts what is larger than a stored value may be, and puts it together again", async () => {
    const storage = new Storage();
    const host = new Host(storage);
    const sender = new Sender("a");
    const text = "ü☃".repeat(200);
    for (let n = 0; n < 900; n++) {
      sender.meter.createCounter("logins").add(1, { a: text, b: text, c: text, n });
    }
    const batch = await sender.batch(NOW);
    host.push(...batch);
    await host.save();
    const parts = () => storage.rows("snapshot").map(({ data }) => (data as Uint8Array).length);
    expect(parts().length).toBeGreaterThan(2);
    for (const length of parts()) expect(length).toBeLessThanOrEqual(2_000_000);
    const woken = new Host(storage);
    expect(woken.total("logins")).toBe(900);
    expect([...woken.shard.series][0]?.labels).toMatchObject({ a: text, c: text });

    // A smaller shard leaves none of the larger one's parts behind.
    const other = new Host(new Storage());
    for (const small of await batches(3)) other.push(...small);
    await new Journal(woken.store, other.shard).save();
    expect(parts()).toHaveLength(2);
    expect(new Host(storage).total("logins")).toBe(3);
  });

  it("begins a new row before one becomes too large, and says when a snapshot is due", async () => {
    const storage = new Storage();
    const host = new Host(storage);
    const sender = new Sender("a");
    const text = "x".repeat(2000);
    let seq = 0;
    while (!host.journal.isFull) {
      for (let n = 0; n < 400; n++) sender.meter.createCounter("logins").add(1, { [text]: `${n}` });
      host.push(...(await sender.batch(NOW)));
      host.push(...(await sender.batch(NOW)));
      if (++seq % 3 === 0) await host.flush();
    }
    const lengths = storage.rows("journal").map(({ bodies }) => (bodies as Uint8Array).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000_000);
    expect(lengths.reduce((a, b) => a + b)).toBeLessThan(20_000_000);
    expect(new Host(storage).total("logins")).toBe(host.total("logins"));
    await host.save();
    expect(host.journal.isFull).toBe(false);
  });

  it("refuses what a later version stored", async () => {
    const storage = new Storage();
    const host = new Host(storage);
    await host.save();
    const { data } = storage.rows("snapshot").at(-1) as { data: Uint8Array };
    const later = new TextDecoder().decode(data).replace('"version":2', '"version":3');
    storage.sql.exec("UPDATE snapshot SET data = ? WHERE part = 1", new TextEncoder().encode(later));
    expect(() => new Host(storage)).toThrow("stored in version 3");
  });
});

describe("a shard host on a store that fails", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => {}));
  afterEach(() => void vi.restoreAllMocks());

  const hostOn = (storage: Storage, aborted: string[], runtime: Runtime = new FakeRuntime()) => {
    const store = new SqliteStore(storage);
    const options = {
      store,
      runtime,
      alarm: { set: () => {}, clear: () => {} },
      destination: () => {
        throw new Error("no heartbeat here");
      },
      interval: 15_000,
      abort: (reason: string) => void aborted.push(reason),
    };
    return new ShardHost(options, store.load());
  };
  const message = ([id, body]: [BatchId, Uint8Array]): Message => ({
    version: VERSION,
    id,
    target: TARGET,
    encoding: "protobuf",
    body,
  });
  /** As `push`, without waiting for company. */
  const push = async (host: ShardHost, batch: Message) => {
    const reply = host.receive(batch);
    await host.flush();
    return reply.status;
  };
  const total = ({ shard }: ShardHost) =>
    [...shard.series]
      .filter(({ family }) => family.name === "logins")
      .reduce((total, { value }) => total + Number(value), 0);

  it("acknowledges nothing that is not stored, wherever a write fails, and starts again from what is", async () => {
    const all = await batches(60);
    for (let failure = 0.5; failure < 12; failure += 0.5) {
      const storage = new Storage();
      const aborted: string[] = [];
      let acknowledged = 0;
      let host = hostOn(storage, aborted);
      for (const [n, batch] of all.entries()) {
        if (n === 20) storage.left = failure;
        try {
          if ((await push(host, message(batch))) === "stored") acknowledged++;
          if (n % 10 === 9) await host.reset();
        } catch {
          // Not answered: a sender repeats it.
        }
        if (!aborted.length) continue;
        expect(host.receive(message(batch)).status).toBe("later");
        storage.left = Infinity;
        aborted.length = 0;
        host = hostOn(storage, aborted);
        for (const known of all.slice(0, n + 1)) {
          if ((await push(host, message(known))) === "stored") acknowledged++;
        }
      }
      const last = hostOn(storage, []);
      for (const [id] of all) expect(last.shard.isKnown(id)).toBe(true);
      expect(acknowledged, `failure at statement ${failure}`).toBeGreaterThanOrEqual(59);
      expect(total(last), `failure at statement ${failure}`).toBe(60);
    }
  });

  it("knows its service again whichever row is lost", async () => {
    for (const lost of [0, 1, 2]) {
      const storage = new Storage();
      const host = hostOn(storage, []);
      for (const [n, batch] of (await batches(6)).entries()) {
        host.receive(message(batch));
        if (n % 2) await host.flush();
      }
      storage.sql.exec("UPDATE journal SET entries = 'what is this?' WHERE row = ?", lost);
      const woken = hostOn(storage, []);
      expect(woken.shard.target).toEqual(TARGET);
      expect(total(woken)).toBe(4);
    }
  });

  it("knows its service again though the first body of all is damaged", async () => {
    const storage = new Storage();
    const host = hostOn(storage, []);
    const all = await batches(3);
    for (const batch of all) host.receive(message(batch));
    await host.flush();
    const [[, first]] = all as [(typeof all)[0]];
    const [row] = storage.rows("journal") as [{ bodies: Uint8Array }];
    const bodies = row.bodies.slice().fill(255, 0, first.length);
    storage.sql.exec("UPDATE journal SET bodies = ?", bodies);
    const woken = hostOn(storage, []);
    expect(woken.shard.target).toEqual(TARGET);
    expect(total(woken)).toBe(2);
  });

  it("sets a row aside that cannot be read, counts it, and goes on with all others", async () => {
    const storage = new Storage();
    const all = await batches(3);
    const host = hostOn(storage, []);
    for (const batch of all) await push(host, message(batch));
    const broken = new TextEncoder().encode("what is this?");
    storage.sql.exec("UPDATE journal SET bodies = ? WHERE row = 1", broken);
    for (let restart = 0; restart < 3; restart++) {
      const woken = hostOn(storage, []);
      await woken.flush();
      expect(total(woken)).toBeGreaterThan(0);
      const counted = [...woken.shard.series].find(({ family }) => family.name.endsWith("set_aside"));
      expect(counted?.value).toBe(1);
    }
    expect(storage.rows("aside")).toHaveLength(1);
  });

  it("refuses an id that is too long to be remembered", async () => {
    const host = hostOn(new Storage(), []);
    const [[, body]] = (await batches(1)) as [[BatchId, Uint8Array]];
    const reply = await host.push(message([{ instance: "x".repeat(300), seq: 1 }, body]));
    expect(reply).toMatchObject({ status: "refused", reason: expect.stringContaining("id is longer") });
  });

  it("writes less than a row for ten batches at 400 batches a second, and a row each when few come", async () => {
    const storage = new Storage();
    const runtime = new FakeRuntime();
    const host = hostOn(storage, [], runtime);
    const all = await batches(1240);
    const pushes: Promise<unknown>[] = [];
    for (const [n, batch] of all.entries()) {
      pushes.push(host.push(message(batch)));
      await runtime.advance(n < 40 ? 1000 : 2.5);
      if (n === 39) expect(storage.rows("journal")).toHaveLength(40);
    }
    await runtime.advance(1000);
    await Promise.all(pushes);
    expect(storage.rows("journal").length - 40).toBeLessThan(120);
  });

  it("keeps what sixty fat requests store within 30 MB", async () => {
    const storage = new Storage();
    const host = hostOn(storage, []);
    for (let n = 0; n < 60; n++) {
      const attributes = { text: `${n}${"x".repeat(1000)}` };
      const metrics = Array.from({ length: 1200 }, (_, i) =>
        sum(1, NOW, { attributes: { ...attributes, i } }),
      );
      const id = { digest: n.toString(16).padStart(13, "0") };
      const encoding = "json" as const;
      await push(host, { version: VERSION, id, target: TARGET, encoding, body: body({ metrics }) });
    }
    const bytes = ["journal", "snapshot"]
      .flatMap((table) => storage.rows(table))
      .map((row) =>
        Object.values(row).reduce<number>((total, value) => total + ((value as Uint8Array).length || 8), 0),
      );
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(30_000_000);
  });
});
