/**
 * A lock that expires. An aborted invocation never runs its `finally` (seen with `ctx.abort()` and evictions on
 * Workers), so it would hold a lock without expiry for ever.
 */
export class Lease {
  #expiresAt = 0;
  #holder: symbol | undefined;

  /** A token if the lease is free at `now`, else undefined. Times in ms on one clock. */
  take(now: number, ms: number): symbol | undefined {
    if (this.held(now)) return undefined;
    this.#holder = Symbol();
    this.#expiresAt = now + ms;
    return this.#holder;
  }

  held(now: number): boolean {
    return this.#holder !== undefined && now < this.#expiresAt;
  }

  /** Milliseconds until the lease expires; 0 if it is free. */
  remaining(now: number): number {
    return this.held(now) ? this.#expiresAt - now : 0;
  }

  /** True as long as no other token was given out since, even if the lease has expired. */
  has(token: symbol): boolean {
    return this.#holder === token;
  }

  /** False, without effect, once another token was given out. */
  renew(token: symbol, now: number, ms: number): boolean {
    if (!this.has(token)) return false;
    this.#expiresAt = now + ms;
    return true;
  }

  /** Without effect once another token was given out. */
  release(token: symbol): void {
    if (this.has(token)) this.revoke();
  }

  /** Frees the lease, whichever token holds it. */
  revoke(): void {
    this.#holder = undefined;
  }
}
