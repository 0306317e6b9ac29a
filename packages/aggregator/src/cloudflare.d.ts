/** The part of the platform that is used; users bring the whole of it, in the version that they have. */
declare module "cloudflare:workers" {
  export abstract class DurableObject<Env = unknown> {
    protected ctx: DurableObjectState;
    protected env: Env;
    constructor(ctx: DurableObjectState, env: Env);
  }

  export interface DurableObjectState {
    readonly storage: DurableObjectStorage;
    blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>;
    abort(reason?: string): void;
  }

  export interface DurableObjectStorage {
    readonly sql: SqlStorage;
    /** Resolves when what was written so far is durable. */
    sync(): Promise<void>;
    transactionSync<T>(callback: () => T): T;
    getAlarm(): Promise<number | null>;
    setAlarm(time: number): Promise<void>;
    deleteAlarm(): Promise<void>;
  }

  export interface SqlStorage {
    exec(query: string, ...bindings: unknown[]): { toArray(): Record<string, unknown>[] };
  }
}
