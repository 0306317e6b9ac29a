/**
 * The clocks of an environment: while it is frozen the monotonic one stands still, as live functions report it, and
 * timers with it. SIGSTOP alone leaves the clocks of a process running.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cached } from "../cache.ts";

const SOURCE = join(import.meta.dirname, "../../lambda-runtime/clock.c");

export class FrozenClock {
  readonly #folder: string;
  readonly #library: string;
  readonly #file: number;
  /** ns. */
  #frozen = 0n;
  #since: bigint | undefined;
  /** How far the environment's wall clock is ahead of this process's, ms. */
  ahead = 0;

  private constructor(folder: string, library: string) {
    this.#folder = folder;
    this.#library = library;
    this.#file = openSync(this.#path, "w");
    this.#write();
  }

  /** @throws Error if there is no C compiler, which AWS's runtime interface client needs, too. */
  static async create(): Promise<FrozenClock> {
    const source = await readFile(SOURCE);
    const version = createHash("sha256").update(source).digest("hex").slice(0, 16);
    const compiled = await cached(`lambda-clock-${version}`, (folder) =>
      promisify(execFile)("cc", ["-O2", "-shared", "-fPIC", "-o", join(folder, "clock.so"), SOURCE]),
    );
    return new FrozenClock(await mkdtemp(join(tmpdir(), "pushmeter-clock-")), join(compiled, "clock.so"));
  }

  /** For the environment's processes. */
  get variables(): Record<string, string> {
    return { LD_PRELOAD: this.#library, FROZEN_CLOCK: this.#path };
  }

  /** Milliseconds since the epoch, as the environment sees it. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** The processes have been stopped. */
  freeze(): void {
    this.#since ??= process.hrtime.bigint();
  }

  /**
   * To be called before the processes go on.
   *
   * @param longer - how much longer the freeze has lasted by the wall clock than it really did, ms.
   */
  thaw(longer = 0): void {
    if (this.#since !== undefined) this.#frozen += process.hrtime.bigint() - this.#since;
    this.#since = undefined;
    this.ahead += longer;
    this.#write();
  }

  async remove(): Promise<void> {
    closeSync(this.#file);
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #path(): string {
    return join(this.#folder, "offsets");
  }

  #write(): void {
    const offsets = new BigInt64Array([this.#frozen, BigInt(Math.round(this.ahead * 1e6))]);
    writeSync(this.#file, new Uint8Array(offsets.buffer), 0, 16, 0);
  }
}
