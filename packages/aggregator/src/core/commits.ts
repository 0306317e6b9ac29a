/** Batches that come together are stored together: a row is paid for, and a transaction costs more than a row. */
import type { Runtime } from "@pushmeter/sdk";

/** Batches wait for company, ms, while more than so many come in a second. */
const COMPANY = 200;
const CROWD = 20;
/** With so many they wait no longer. */
const COMPANY_SIZE = 20;

export class Commits {
  readonly #runtime: Runtime;
  readonly #store: () => Promise<void>;
  readonly #gather: (() => Promise<void>) | undefined;
  #commit: Promise<void> | undefined;
  /** Batches of this second, and of the one before. */
  #rate = { second: 0, count: 0, before: 0 };
  /** Batches that the next row is going to have. */
  #waiting = 0;
  #endWait = () => {};

  /**
   * @param store - stores all that was received so far.
   * @param gather - see `HostOptions`.
   */
  constructor(runtime: Runtime, store: () => Promise<void>, gather: (() => Promise<void>) | undefined) {
    this.#runtime = runtime;
    this.#store = store;
    this.#gather = gather;
  }

  /** Resolves when a batch that has just been received is stored. */
  commit(): Promise<void> {
    const second = Math.floor(this.#runtime.now() / 1000);
    const { second: last, count } = this.#rate;
    if (second === last) this.#rate.count++;
    else this.#rate = { second, count: 1, before: second === last + 1 ? count : 0 };
    this.#waiting++;
    if (this.#waiting >= COMPANY_SIZE) this.#endWait();
    this.#commit ??= this.#company().then(() => {
      this.#commit = undefined;
      this.#waiting = 0;
      return this.#store();
    });
    return this.#commit;
  }

  async #company(): Promise<void> {
    if (Math.max(this.#rate.count, this.#rate.before) > CROWD) {
      await new Promise<void>((resolve) => {
        this.#endWait = resolve;
        this.#runtime.timer(COMPANY, resolve);
      });
    }
    await this.#gather?.();
  }
}
