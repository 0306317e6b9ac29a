/** The part of the package `pg` that is used. It is loaded only by those who name a PostgreSQL. */

export interface Query {
  readonly text: string;
  readonly values?: readonly unknown[];
  /** Prepared once for each connection. */
  readonly name?: string;
}

export interface Result {
  readonly rows: readonly Record<string, unknown>[];
  readonly rowCount: number | null;
}

export interface Client {
  query(query: Query): Promise<Result>;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
}

export interface OwnClient extends Client {
  connect(): Promise<unknown>;
  end(): Promise<void>;
}

interface PooledClient extends Client {
  release(isBroken?: boolean): void;
}

export interface Pool extends Client {
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
}

interface Pg {
  readonly Client: new (options: object) => OwnClient;
  readonly Pool: new (options: object) => Pool;
}

/** @throws Error with one sentence if the package is not installed. */
export async function loadPg(): Promise<Pg> {
  try {
    const name = "pg";
    const module = (await import(name)) as { default: Pg };
    return module.default;
  } catch {
    throw new Error("pushmeter: a store in PostgreSQL needs the package pg: npm install pg");
  }
}
