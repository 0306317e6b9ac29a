/** What a receiver has dropped after it had acknowledged it, as one of its own metrics counts it. */
import { afterRestart } from "./promql.ts";

export class Drops {
  readonly #url: string;
  readonly #metric: RegExp;
  /** Counted before its restarts. */
  #earlier = 0;

  /**
   * @param url - of its metrics.
   * @param metric - a counter. Its series are added up; absent means 0.
   */
  constructor(url: string, metric: string) {
    this.#url = url;
    this.#metric = new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)`, "gm");
  }

  async read(): Promise<number> {
    const text = await afterRestart(async () => (await fetch(this.#url)).text());
    return [...text.matchAll(this.#metric)].reduce((sum, [, value]) => sum + Number(value), this.#earlier);
  }

  /** To be called before a restart, with which its counters begin anew. */
  async keep(): Promise<void> {
    this.#earlier = await this.read();
  }
}
