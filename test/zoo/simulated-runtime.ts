/**
 * A runtime whose time is simulated while its requests are real. Time stands still while a request is under way
 * and jumps to the next timer while none is, so that back-off, pauses and deadlines cost no real time and no slow
 * machine misses a deadline.
 */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Runtime } from "@pushmeter/sdk";

type Send = NonNullable<Runtime["send"]>;

/** How long every request takes, ms. */
const ROUND_TRIP = 20;
/** Turns of the event loop after which nothing is left to do but to wait. */
const TURNS = 8;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

export interface SimulatedRuntimeOptions {
  /** The wall clock's first time, ms since the epoch. */
  readonly start: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Whether a request under way will get no answer before its deadline. */
  readonly isHanging: () => boolean;
}

export class SimulatedRuntime implements Runtime {
  readonly random: () => number;
  readonly #timers = new Set<Timer>();
  readonly #isHanging: () => boolean;
  readonly #prefix = crypto.randomUUID().slice(0, 8);
  #wall: number;
  #elapsed = 0;
  #underWay = 0;
  #instances = 0;

  constructor({ start, random, isHanging }: SimulatedRuntimeOptions) {
    this.#wall = start;
    this.random = random;
    this.#isHanging = isHanging;
  }

  now(): number {
    return Math.floor(this.#wall + this.#elapsed);
  }

  monotonic(): number {
    return this.#elapsed;
  }

  instanceId(): string {
    return this.instance(++this.#instances);
  }

  /** The id of the n-th instance, from 1. */
  instance(n: number): string {
    return `${this.#prefix}-${n}`;
  }

  timer(ms: number, callback: () => void): () => void {
    const timer = { due: this.#elapsed + Math.max(ms, 0), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  fetch(): Promise<Response> {
    throw new Error("simulated time needs send");
  }

  /** Over `node:http`, which takes a third of what `fetch` does. */
  readonly send: Send = async (call, signal) => {
    this.#underWay++;
    try {
      const reply = await exchange(call, signal);
      this.#advance(this.#elapsed + ROUND_TRIP);
      return reply;
    } catch (cause) {
      throw new TypeError("request failed", { cause });
    } finally {
      this.#underWay--;
    }
  };

  /** The wall clock is set, and the monotonic one knows nothing of it. */
  step(ms: number): void {
    this.#wall += ms;
  }

  /** Time passes while nothing happens. */
  async idle(ms: number): Promise<void> {
    this.#advance(this.#elapsed + ms);
    await turns();
  }

  /**
   * Runs until the promise settles.
   *
   * @throws Error if it waits for something that neither a timer nor a request brings about.
   */
  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    promise.then(done, done);
    let stuck = 0;
    while (!settled) {
      await turns();
      if (settled) break;
      if (this.#underWay && !this.#isHanging()) {
        stuck = 0;
        await pause(1);
        continue;
      }
      const next = Math.min(...Array.from(this.#timers, ({ due }) => due));
      if (next < Infinity) this.#advance(next);
      else if (stuck++ > 1000) throw new Error("a push waits for nothing that will happen");
    }
    return promise;
  }

  /** Fires the timers that come due, in order, those made meanwhile among them. */
  #advance(end: number): void {
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers)
        if (timer.due <= end && !(next && next.due <= timer.due)) next = timer;
      if (!next) break;
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.due);
      next.callback();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }
}

/** The body is read here, so that one still on its way counts as a request under way. */
async function exchange(
  { url, method, headers, body }: Parameters<Send>[0],
  signal: AbortSignal,
): ReturnType<Send> {
  const sized = { ...headers, "content-length": body?.length ?? 0 };
  const outgoing = httpRequest(url, { method, headers: sized, signal }).end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const chunks: Buffer<ArrayBuffer>[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const get = (name: string) => incoming.headers[name]?.toString() ?? null;
  return { status: incoming.statusCode ?? 0, headers: { get }, body: ReadableStream.from(chunks) };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
