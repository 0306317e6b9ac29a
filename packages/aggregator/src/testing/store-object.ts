/** A Durable Object that is nothing but its store, so that the stores' suite runs on the platform's own SQLite. */
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import type { Store } from "../core/store.ts";
import { SqliteStore } from "../sqlite-store.ts";
import { type Called, call } from "./store-wire.ts";

export class StoreObject extends DurableObject {
  #store: Store;
  readonly #storage;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    this.#storage = ctx.storage;
    this.#store = new SqliteStore(this.#storage);
  }

  async fetch(request: Request): Promise<Response> {
    const called = (await request.json()) as Called;
    // A new store over what is stored, as after an eviction.
    if (called.method === "load") this.#store = new SqliteStore(this.#storage);
    try {
      return Response.json(await call(this.#store, called));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  }
}

interface Env {
  readonly STORE: { idFromName(name: string): unknown; get(id: unknown): { fetch: typeof fetch } };
}

export default {
  fetch: (request: Request, { STORE }: Env) =>
    STORE.get(STORE.idFromName(new URL(request.url).pathname)).fetch(request),
};
