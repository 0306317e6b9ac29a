/** Limits per tenant as Mimir and Cortex read them, again every second, from a file. */
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import type { Limits } from "./types.ts";

/** What they call each limit. */
export interface LimitNames {
  readonly series: string;
  readonly labelValue: string;
}

/** An empty file, if there is none yet. */
export async function createOverrides(file: string): Promise<void> {
  if (!existsSync(file)) await writeFile(file, JSON.stringify({ overrides: {} }));
}

export class Overrides {
  readonly #file: string;
  readonly #names: LimitNames;
  /** Shows the limits that hold. */
  readonly #url: () => string;
  readonly #tenants = new Map<string, Record<string, unknown>>();

  constructor(file: string, names: LimitNames, url: () => string) {
    this.#file = file;
    this.#names = names;
    this.#url = url;
  }

  /** @param settings - of the tenant, in the receiver's own names, besides the limits. */
  async set(tenant: string, limits: Limits, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { series, labelValue, rate, burst } = limits;
    const revision = Math.random().toString(36);
    this.#tenants.set(tenant, {
      ...settings,
      ...(series !== undefined && { [this.#names.series]: series }),
      ...(labelValue !== undefined && { [this.#names.labelValue]: labelValue }),
      ...(rate !== undefined && { ingestion_rate: rate }),
      ...(burst !== undefined && { ingestion_burst_size: burst }),
    });
    // A tenant that exists only to tell when the file has been read.
    const overrides = { ...Object.fromEntries(this.#tenants), [revision]: { ingestion_rate: 1 } };
    await writeFile(this.#file, JSON.stringify({ overrides }));
    const end = Date.now() + 15_000;
    while (!(await this.#shown()).includes(revision)) {
      if (Date.now() > end) throw new Error("the receiver does not read its limits");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async #shown(): Promise<string> {
    return (await fetch(this.#url())).text();
  }
}
