/** Limits per tenant as Mimir and Cortex read them, again every second, from a file. */
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { afterRestart } from "./promql.ts";
import type { Limits } from "./types.ts";

/** What they call each limit. */
export interface LimitNames {
  readonly series: string;
  readonly labelValue: string;
}

/** An empty file, if it does not exist yet. */
export async function createOverrides(file: string): Promise<void> {
  if (!existsSync(file)) await writeFile(file, JSON.stringify({ overrides: {} }));
}

export class Overrides {
  readonly #file: string;
  readonly #names: LimitNames;
  /** Shows the limits that hold. */
  readonly #url: () => string;
  #revision = 0;
  #written = Promise.resolve();
  readonly #tenants = new Map<string, Record<string, unknown>>();

  constructor(file: string, names: LimitNames, url: () => string) {
    this.#file = file;
    this.#names = names;
    this.#url = url;
  }

  /** Resolves when the receiver has read them. */
  async set(tenant: string, limits: Limits): Promise<void> {
    const { series, labelValue, rate, burst } = limits;
    const revision = ++this.#revision;
    this.#tenants.set(tenant, {
      ...(series !== undefined && { [this.#names.series]: series }),
      ...(labelValue !== undefined && { [this.#names.labelValue]: labelValue }),
      ...(rate !== undefined && { ingestion_rate: rate }),
      ...(burst !== undefined && { ingestion_burst_size: burst }),
    });
    // The last tenant exists only to tell when the file has been read.
    const overrides = {
      ...Object.fromEntries(this.#tenants),
      [`revision-${revision}`]: { ingestion_rate: 1 },
    };
    // One after the other, so that none replaces a later one.
    this.#written = this.#written.then(() => this.#write(JSON.stringify({ overrides })));
    await this.#written;
    const end = Date.now() + 15_000;
    while ((await this.#shown()) < revision) {
      if (Date.now() > end) throw new Error("the receiver does not read its limits");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** In one piece, for the receiver may read at any time. */
  async #write(text: string): Promise<void> {
    await writeFile(`${this.#file}.part`, text);
    await rename(`${this.#file}.part`, this.#file);
  }

  async #shown(): Promise<number> {
    const text = await afterRestart(async () => (await fetch(this.#url())).text());
    return Number(/revision-(\d+)/.exec(text)?.[1] ?? 0);
  }
}
