/** A store's methods as JSON, for one that lives in another runtime. */
import type { Row, Store, Stored } from "../core/store.ts";

type WireRow = readonly [entries: string, bodies: string];

export type Called =
  | { readonly method: "load" }
  | { readonly method: "append" | "setAside"; readonly rows: readonly WireRow[] }
  | { readonly method: "save"; readonly parts: readonly string[]; readonly isCut: boolean };

interface WireStored {
  readonly parts: readonly string[];
  readonly rows: readonly WireRow[];
}

/** Characters that are made at once. */
const CHUNK = 32_768;

function toText(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

function toBytes(text: string): Uint8Array {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

const toWire = ({ entries, bodies }: Row): WireRow => [entries, toText(bodies)];
const toRow = ([entries, bodies]: WireRow): Row => ({ entries, bodies: toBytes(bodies) });

/** On the side of the store. */
export async function call(store: Store, called: Called): Promise<WireStored | null> {
  if (called.method === "load") {
    const { parts, rows } = await store.load();
    return { parts: parts.map(toText), rows: Array.from(rows, toWire) };
  }
  if (called.method === "save") {
    const { parts, isCut } = called;
    await store.save(
      (function* () {
        for (const part of parts) yield toBytes(part);
        if (isCut) throw new Error("cut");
      })(),
    );
  } else await store[called.method](called.rows.map(toRow));
  return null;
}

/** The store on the other side. */
export class RemoteStore implements Store {
  readonly #ask: (called: Called) => Promise<unknown>;

  /** @param ask - resolves to what `call` does on the other side. */
  constructor(ask: (called: Called) => Promise<unknown>) {
    this.#ask = ask;
  }

  async load(): Promise<Stored> {
    const { parts, rows } = (await this.#ask({ method: "load" })) as WireStored;
    return { parts: parts.map(toBytes), rows: rows.map(toRow) };
  }

  async append(rows: readonly Row[]): Promise<void> {
    await this.#ask({ method: "append", rows: rows.map(toWire) });
  }

  async save(parts: Iterable<Uint8Array>): Promise<void> {
    const all: string[] = [];
    let isCut = false;
    try {
      for (const part of parts) all.push(toText(part));
    } catch {
      // The other side fails where this one did.
      isCut = true;
    }
    await this.#ask({ method: "save", parts: all, isCut });
  }

  async setAside(rows: readonly Row[]): Promise<void> {
    await this.#ask({ method: "setAside", rows: rows.map(toWire) });
  }
}
