/** The shards of several servers over one PostgreSQL: each shard belongs to one server, and any server takes batches. */
import type { AggregatorStub } from "../../binding.ts";
import { type Message, NO_STATUS, type Reply, type Status, unpack, VERSION } from "../../core/message.ts";
import { BadInput } from "../../core/model.ts";
import { Decoder } from "../../core/otlp.ts";
import { senderOf } from "../../core/shard.ts";
import { LARGEST_VALUE } from "../../core/store.ts";
import { RunningShard, type ShardContext } from "../running-shard.ts";
import type { ServerShards } from "../server-shards.ts";
import { type Database, messageOf } from "./database.ts";
import { Inbox, type Taken } from "./inbox.ts";
import { Lease } from "./lease.ts";
import { PostgresStore } from "./postgres-store.ts";

/** Between two looks at which shards need an owner, and two looks into the inbox, ms. */
const LOOK = 1_000;
const COLLECT = 250;
/** Shards that are stored. */
const MOST_SHARDS = 10_000;

interface Owned {
  readonly name: string;
  readonly running: RunningShard;
  readonly store: PostgresStore;
  collecting: Promise<void>;
}

export class SharedShards implements ServerShards {
  readonly #context: ShardContext;
  readonly #database: Database;
  readonly #inbox: Inbox;
  readonly #decoder = new Decoder();
  readonly #numbers = new Map<string, number>();
  readonly #owned = new Map<number, Owned>();
  /** Shards that were lost while a heartbeat was under way. */
  readonly #ending = new Set<Promise<void>>();
  #lease: Lease | undefined;
  #cancel: (() => void)[] = [];
  #looking: Promise<void> = Promise.resolve();
  #isEnding = false;
  #problem: string | undefined;

  constructor(context: ShardContext, database: Database) {
    this.#context = context;
    this.#database = database;
    this.#inbox = new Inbox(database);
  }

  async start(): Promise<void> {
    await this.#look();
    this.#every(LOOK, () => {
      this.#looking = this.#look();
      return this.#looking;
    });
    this.#every(COLLECT, async () => {
      await Promise.all(Array.from(this.#owned, ([number, owned]) => this.#collect(number, owned)));
    });
  }

  idFromName(name: string): string {
    return name;
  }

  get(name: string): AggregatorStub {
    return {
      push: (message) => this.#push(name, unpack(message)),
      refused: async (...refused) => {
        const number = await this.#number(name);
        if (number !== undefined) await this.#inbox.put(number, { refused });
      },
      reset: async () => {
        const number = await this.#number(name, false);
        if (number !== undefined) await this.#inbox.put(number, { reset: true });
      },
      status: () => this.#status(name),
      families: async () => this.#ownedBy(name)?.running.host.families() ?? [],
      // Only the owner could tell.
      knows: async () => false,
    };
  }

  all(): AggregatorStub[] {
    return Array.from(this.#owned.values(), ({ name }) => this.get(name));
  }

  async check(): Promise<void> {
    await this.#database.query({ text: "SELECT 1" });
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    for (const cancel of this.#cancel) cancel();
    await this.#looking;
    for (const [number, owned] of this.#owned) await this.#giveBack(number, owned);
    await this.#lease?.end().catch(() => {});
    await this.#database.close();
  }

  async #push(name: string, { id, target, encoding, body }: Message): Promise<Reply> {
    if (this.#isEnding) return { status: "later", reason: "the server is ending" };
    try {
      // The answer says what the owner will find.
      if (body.byteLength > LARGEST_VALUE) throw new BadInput(`larger than ${LARGEST_VALUE} bytes`);
      const [batch, ...others] = this.#decoder.decode(encoding, body);
      if (!batch || others.length) throw new BadInput("not exactly one resource");
      senderOf(id, batch.resource["service.instance.id"]);
      const number = await this.#number(name);
      if (number === undefined) return { status: "refused", reason: "too many services" };
      await this.#inbox.put(number, { id, target, encoding, length: body.length }, body);
      return { status: "stored", rejected: [...batch.rejected] };
    } catch (error) {
      if (error instanceof BadInput) return { status: "refused", reason: error.message };
      throw error;
    }
  }

  async #status(name: string): Promise<Status> {
    const owned = this.#ownedBy(name);
    if (owned) return owned.running.host.status();
    const text = "SELECT status FROM pushmeter_shard WHERE name = $1";
    const { rows } = await this.#database.query({ text, values: [name] });
    return rows[0]?.status ? (JSON.parse(rows[0].status as string) as Status) : NO_STATUS;
  }

  #ownedBy(name: string): Owned | undefined {
    const number = this.#numbers.get(name);
    return number === undefined ? undefined : this.#owned.get(number);
  }

  /** Undefined if there are too many shards, or it is not there and not to be made. */
  async #number(name: string, make = true): Promise<number | undefined> {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const insert =
      "INSERT INTO pushmeter_shard (name) SELECT $1 " +
      `WHERE (SELECT count(*) FROM pushmeter_shard) < ${MOST_SHARDS} ON CONFLICT (name) DO NOTHING`;
    if (make) await this.#database.query({ text: insert, values: [name] });
    const text = "SELECT number FROM pushmeter_shard WHERE name = $1";
    const { rows } = await this.#database.query({ text, values: [name] });
    const number = rows[0]?.number as number | undefined;
    if (number !== undefined) this.#numbers.set(name, number);
    return number;
  }

  /** Takes shards that need an owner, up to this server's share, and gives back what is above it. */
  async #look(): Promise<void> {
    try {
      const lease = await this.#leased();
      const { servers, shards, free } = await lease.work();
      const share = Math.ceil(shards.length / servers);
      for (const number of free) {
        if (this.#owned.size >= share || this.#isEnding) break;
        if (this.#owned.has(number) || !(await lease.take(number))) continue;
        await this.#own(number).catch(async (error) => {
          await lease.release(number);
          throw error;
        });
      }
      const surplus = [...this.#owned][0];
      if (surplus && this.#owned.size > share && !this.#isEnding) await this.#giveBack(...surplus);
      if (this.#problem) this.#context.log(`the store ${this.#database.name} is there again`);
      this.#problem = undefined;
    } catch (error) {
      this.#fails(error);
    }
  }

  /** Says it once, until the store is there again. */
  #fails(error: unknown): void {
    const problem = messageOf(error);
    if (!this.#problem) this.#context.log(`the store ${this.#database.name} fails: ${problem}`);
    this.#problem = problem;
  }

  async #leased(): Promise<Lease> {
    if (this.#lease && !this.#lease.isOver) return this.#lease;
    await Promise.all(this.#ending);
    this.#lease = await Lease.begin(this.#database, () => this.#lost());
    return this.#lease;
  }

  async #own(number: number): Promise<void> {
    const { rows } = await this.#database.query({
      text: "SELECT name FROM pushmeter_shard WHERE number = $1",
      values: [number],
    });
    const name = rows[0]?.name as string;
    const lease = this.#lease;
    const store = await PostgresStore.own(this.#database, number);
    const running = await RunningShard.open({
      ...this.#context,
      name,
      store,
      prepare: () => this.#prepare(number),
      ended: () => this.#beaten(number),
      failed: (reason) => this.#failed(number, reason),
    });
    this.#numbers.set(name, number);
    if (lease?.isOver) {
      running.stop();
      return;
    }
    this.#owned.set(number, { name, running, store, collecting: Promise.resolve() });
    this.#context.log(`${name} is this server's`);
  }

  /** Before a heartbeat: with all that has been acknowledged, and only if the shard is still this server's. */
  async #prepare(number: number): Promise<boolean> {
    const owned = this.#owned.get(number);
    if (!owned) return false;
    await this.#collect(number, owned);
    if (await owned.store.isMine()) return true;
    this.#failed(number, "another server has it now");
    return false;
  }

  #beaten(number: number): void {
    const owned = this.#owned.get(number);
    if (!owned) return;
    const { running, store } = owned;
    // The next heartbeat tells it again.
    store.tell(JSON.stringify(running.host.status())).catch(() => {});
    if (running.isAsleep) void this.#sleep(number, owned);
  }

  async #sleep(number: number, owned: Owned): Promise<void> {
    try {
      await owned.store.sleep();
      if (owned.running.isAsleep) await this.#giveBack(number, owned);
    } catch {
      // The next heartbeat tries again.
    }
  }

  /** Merges what waits for a shard. One call after the other. */
  #collect(number: number, owned: Owned): Promise<void> {
    owned.collecting = owned.collecting.then(async () => {
      for (;;) {
        if (owned.running.isStopped) return;
        const { taken, isAll } = await this.#inbox.take(number);
        if (owned.running.isStopped || !taken.length) return;
        await this.#merge(owned, taken);
        if (isAll) return;
      }
    });
    // The batches are still there, and the next call finds them.
    owned.collecting = owned.collecting.catch((error) => this.#fails(error));
    return owned.collecting;
  }

  async #merge({ running, store }: Owned, taken: readonly Taken[]): Promise<void> {
    const { host } = running;
    let isReset = false;
    for (const { letters } of taken) {
      for (const [letter, body] of letters) {
        if ("reset" in letter) isReset = true;
        else if ("refused" in letter) host.refused(...letter.refused);
        else {
          const { id, target, encoding } = letter;
          // What cannot be merged was told to its sender.
          host.receive({ version: VERSION, id, target, encoding, body });
        }
      }
    }
    store.took(taken.map(({ id }) => id));
    if (isReset) await host.reset();
    else await host.flush();
    if (store.hasTaken) await store.append([]);
  }

  #lost(): void {
    if (this.#isEnding) return;
    this.#context.log("the connection that holds this server's shards is lost");
    for (const number of [...this.#owned.keys()]) this.#drop(number);
  }

  #failed(number: number, reason: string): void {
    const name = this.#owned.get(number)?.name ?? number;
    this.#context.log(`${name} is given back: ${reason}`);
    this.#drop(number);
    this.#lease?.release(number).catch(() => {});
  }

  #drop(number: number): void {
    const owned = this.#owned.get(number);
    if (!owned) return;
    this.#owned.delete(number);
    owned.running.stop();
    const ending = owned.running.close().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** With a last push, so that the next owner begins where this one ends. */
  async #giveBack(number: number, owned: Owned): Promise<void> {
    await this.#collect(number, owned);
    await owned.running.close();
    if (this.#owned.get(number) !== owned) return;
    this.#owned.delete(number);
    await this.#lease?.release(number).catch(() => {});
  }

  /** One call after the other, with a pause between them. */
  #every(pause: number, callback: () => Promise<void>): void {
    const index = this.#cancel.length;
    const next = () => {
      this.#cancel[index] = this.#context.runtime.timer(pause, () => {
        void callback().finally(() => {
          if (!this.#isEnding) next();
        });
      });
    };
    next();
  }
}
