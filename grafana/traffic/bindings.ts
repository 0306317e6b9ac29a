/** What the course catalogue waits for. `instrumentEnv` knows bindings by the names of the platform's classes. */
import { instrumentEnv, instrumentedFetch } from "@pushmeter/adapters/workers";
import type { Pushmeter } from "@pushmeter/sdk";

/** Takes between so many and so many milliseconds, mostly few. */
type Between = (least: number, most: number) => Promise<void>;

class D1Database {
  readonly #between: Between;
  constructor(between: Between) {
    this.#between = between;
  }
  /** @param most - milliseconds. */
  prepare(most: number) {
    const all = () => this.#between(most / 12, most);
    return { all, first: all };
  }
}

class KvNamespace {
  readonly #between: Between;
  constructor(between: Between) {
    this.#between = between;
  }
  get(_key: string): Promise<void> {
    return this.#between(2, 30);
  }
}

class WorkerQueue {
  readonly #between: Between;
  constructor(between: Between) {
    this.#between = between;
  }
  send(_message: object): Promise<void> {
    return this.#between(8, 50);
  }
}

class Ai {
  readonly #between: Between;
  constructor(between: Between) {
    this.#between = between;
  }
  run(_model: string): Promise<void> {
    return this.#between(20, 250);
  }
}

/** A service binding: its methods are called by RPC. */
class Fetcher {
  readonly #random: () => number;
  readonly #between: Between;
  constructor(between: Between, random: () => number) {
    this.#between = between;
    this.#random = random;
  }
  hash(_password: string): Promise<boolean> {
    return this.#between(45, 160).then(() => this.#random() < 0.2);
  }
}

export interface Waiting {
  readonly DB: D1Database;
  readonly CACHE: KvNamespace;
  readonly ENROLMENTS: WorkerQueue;
  readonly AI: Ai;
  readonly PASSWORDS: Fetcher;
  /** Prints a certificate; some calls are refused, and some fail. */
  readonly print: typeof fetch;
}

class PrinterError extends Error {
  override readonly name = "PrinterError";
}

export function waiting(pushmeter: Pushmeter, between: Between, random: () => number): Waiting {
  const env = {
    DB: new D1Database(between),
    CACHE: new KvNamespace(between),
    ENROLMENTS: new WorkerQueue(between),
    AI: new Ai(between),
    PASSWORDS: new Fetcher(between, random),
  };
  const print = async () => {
    await between(200, 2_900);
    const luck = random();
    if (luck < 0.06) throw new PrinterError("out of paper");
    return new Response(null, { status: luck < 0.12 ? 503 : 200 });
  };
  return { ...instrumentEnv(pushmeter, env), print: instrumentedFetch(pushmeter, print) as typeof fetch };
}
