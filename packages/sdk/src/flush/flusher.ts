/**
 * Decides when to push. A push never delays a response, and one push runs at a time. No request awaits another
 * request's promise, which hangs on Workers: each uses timers that it started itself.
 *
 * - With `waitUntil` (Workers, edge): the first invocation after a push takes a lease, lingers for `every` ms
 *   and then pushes all that the instance has recorded. It releases the lease when it collects, so that the next
 *   invocation pushes what is recorded during the push. The second invocation stands by and takes over if the
 *   first was aborted.
 * - Without (Node, Bun, Deno): the process is long-lived, and a loop pushes every `every` ms.
 */
import type { Platform } from "../invocation.ts";
import { type Runtime, sleep } from "../runtime.ts";
import type { ScheduleClock } from "../schedule-clock.ts";
import { Lease } from "./lease.ts";

/** `{ every }` in milliseconds, or after each invocation. */
export type FlushPolicy = { readonly every: number } | "invocation";

/** Workers keep an instance for 30 s after the response. 5 s of them stay in reserve. */
const BUDGET = 25_000;
/** Lingering, waiting for a push under way and pushing together fit into the budget. */
const LONGEST_LINGER = 15_000;
const LONGEST_PUSH = 10_000;
/** How late the owner of a lease may be before it counts as aborted. */
const GRACE = 1_000;
const POLL = 50;
/** How late a loop may be, because it pushes or its process is blocked, before it counts as ended. */
const LONGEST_TICK = 60_000;

/**
 * Pushes all totals, giving up after `timeout` ms; true if they were stored. Never rejects.
 *
 * @param last - the instance ends with this push.
 */
export type Push = (timeout: number, last: boolean) => Promise<boolean>;

export class Flusher {
  /** Pushes only when `flush` is called. */
  isQuiet: boolean | undefined;
  readonly #runtime: Runtime;
  /** For schedules: the monotonic clock may stand still in a frozen environment. */
  readonly #clock: ScheduleClock;
  readonly #push: Push;
  readonly #every: number;
  readonly #linger: number;
  readonly #longestPush: number;
  readonly #owner = new Lease();
  readonly #standby = new Lease();
  readonly #pushing = new Lease();
  readonly #looping = new Lease();
  /** Invocations that have ended, and how many of them are stored. */
  #recorded = 0;
  #stored = 0;
  /** When what was recorded since the last push has to be pushed. */
  #due: number | undefined;

  /** @param clock - for schedules. */
  constructor(runtime: Runtime, clock: ScheduleClock, policy: FlushPolicy, push: Push) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#push = push;
    this.#every = policy === "invocation" ? 0 : policy.every;
    this.#linger = Math.min(this.#every, LONGEST_LINGER);
    this.#longestPush = Math.min(LONGEST_PUSH, (BUDGET - this.#linger) / 2);
  }

  /** An invocation has ended, at `ended` on the monotonic clock: makes sure that what it recorded is pushed. */
  recorded(platform: () => Platform, ended?: number): void {
    if (this.isQuiet) return;
    const now = this.#clock(ended);
    this.#recorded++;
    this.#due ??= now + this.#every;
    // A loop that pushes slowly is not late.
    const isLoopLate = now >= this.#due + this.#every + GRACE && !this.#pushing.held(now);
    if (this.#looping.held(now) && !isLoopLate) return;
    if (this.#owner.held(now) && this.#standby.held(now)) return;

    const { adapterFlushes, waitUntil = this.#every ? undefined : () => {}, pushAtOnce } = platform();
    if (adapterFlushes) return;
    if (!waitUntil) {
      const loop = this.#looping.take(now, this.#every + LONGEST_TICK);
      if (loop) void this.#loop(loop);
      else void this.flush();
      return;
    }
    // Timers of a frozen environment do not fire: an invocation that finds the push overdue does not linger.
    const linger = pushAtOnce || now >= this.#due + GRACE ? 0 : this.#linger;
    const owner = this.#owner.take(now, linger + GRACE);
    if (owner) {
      waitUntil(this.#own(owner, linger, now + BUDGET));
      return;
    }
    if (pushAtOnce) return;
    const wait = this.#owner.remaining(now) + POLL;
    const standby = this.#standby.take(now, wait + GRACE);
    if (standby) waitUntil(this.#standBy(standby, wait, now + BUDGET));
  }

  /**
   * Pushes now, after a push that is under way; true if all that was recorded is stored.
   *
   * @param last - the instance ends with this push.
   */
  async flush(timeout = BUDGET, last = false): Promise<boolean> {
    const end = this.#clock() + timeout;
    const turn = await this.#turn(end, timeout);
    this.#recorded++;
    return turn ? this.#pushInTurn(turn, end - this.#clock(), last) : false;
  }

  /** Ends the loop of a long-lived process. */
  stop(): void {
    this.#looping.revoke();
  }

  async #own(owner: symbol, linger: number, end: number): Promise<void> {
    if (linger) await sleep(this.#runtime, linger);
    const turn = await this.#turn(end, this.#longestPush, owner);
    this.#owner.release(owner);
    if (turn) await this.#pushInTurn(turn, this.#longestPush);
  }

  async #standBy(standby: symbol, wait: number, end: number): Promise<void> {
    await sleep(this.#runtime, wait);
    this.#standby.release(standby);
    if (this.#stored === this.#recorded) return;
    const owner = this.#owner.take(this.#clock(), GRACE);
    if (owner) await this.#own(owner, 0, end);
  }

  /** Waits for a push under way. Undefined if that takes all of the time until `end`. */
  async #turn(end: number, longest: number, owner?: symbol): Promise<symbol | undefined> {
    for (;;) {
      const now = this.#clock();
      const turn = this.#pushing.take(now, longest + GRACE);
      if (turn) return turn;
      if (now + POLL >= end) return undefined;
      if (owner) this.#owner.renew(owner, now, GRACE);
      await sleep(this.#runtime, POLL);
    }
  }

  async #pushInTurn(turn: symbol, timeout: number, last = false): Promise<boolean> {
    try {
      // The push before, or an explicit flush, may have carried everything already.
      const recorded = this.#recorded;
      if (this.#stored === recorded) return true;
      this.#due = undefined;
      const stored = await this.#push(Math.max(timeout, 0), last);
      if (stored) this.#stored = recorded;
      return stored;
    } finally {
      this.#pushing.release(turn);
    }
  }

  /** Ends when another loop has taken over: a Worker's loop ends with the request that began it. */
  async #loop(loop: symbol): Promise<void> {
    do {
      await sleep(this.#runtime, this.#every, true);
      if (this.#looping.has(loop)) await this.flush();
    } while (this.#looping.renew(loop, this.#clock(), this.#every + LONGEST_TICK));
  }
}
