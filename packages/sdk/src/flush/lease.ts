/**
 * A lock that lets go by itself. An aborted invocation never runs its `finally` (seen with `ctx.abort()` and
 * evictions on Workers), so whoever holds a plain lock then holds it for ever.
 */
export class Lease {
  #expiresAt = 0;
  #holder: symbol | undefined;

  /** A token if nobody holds the lease at `now`, else undefined. Times in ms on one clock. */
  take(now: number, ms: number): symbol | undefined {
    if (this.held(now)) return undefined;
    this.#holder = Symbol();
    this.#expiresAt = now + ms;
    return this.#holder;
  }

  held(now: number): boolean {
    return this.#holder !== undefined && now < this.#expiresAt;
  }

  /** Milliseconds until the lease is free if its holder does nothing more. */
  remaining(now: number): number {
    return this.held(now) ? this.#expiresAt - now : 0;
  }

  /** Whether nobody has taken the lease since, even if it has expired. */
  has(token: symbol): boolean {
    return this.#holder === token;
  }

  /** False, and nothing happens, once somebody else has taken the lease. */
  renew(token: symbol, now: number, ms: number): boolean {
    if (!this.has(token)) return false;
    this.#expiresAt = now + ms;
    return true;
  }

  /** Nothing happens once somebody else has taken the lease. */
  release(token: symbol): void {
    if (this.has(token)) this.revoke();
  }

  /** Takes the lease from whoever has it. */
  revoke(): void {
    this.#holder = undefined;
  }
}
