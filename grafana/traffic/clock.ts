/** Hours of pushes in seconds: time that jumps, and real requests to a real Prometheus that it waits for. */
import type { Runtime } from "@pushmeter/sdk";
import { FakeRuntime } from "@pushmeter/sdk/testing";

/** The most that a real request adds to a push's time: answers are awaited between jumps. */
const LONGEST_JUMP = 500;
/** What a push takes in the clock's time, ms, besides the receiver's own real time. */
const ROUND_TRIP = [20, 90] as const;

/** What happens to a push on its way. */
export type Weather = "fine" | "unavailable" | "unreachable";

export class Clock implements Runtime {
  readonly #fake: FakeRuntime;
  readonly #shift: number;
  readonly #prefix: string;
  readonly #random: () => number;
  readonly #network: (request: Request) => Promise<Response>;
  #onTheWay = 0;
  weather: Weather = "fine";

  /**
   * @param start - milliseconds since the epoch.
   * @param prefix - of instance ids, which no two clocks may share.
   * @param network - where requests go.
   */
  constructor(
    start: number,
    prefix: string,
    random: () => number,
    network: (request: Request) => Promise<Response> = fetch,
  ) {
    this.#fake = new FakeRuntime({ fetch: (request) => this.#send(request) });
    this.#shift = start - this.#fake.now();
    this.#prefix = prefix;
    this.#random = random;
    this.#network = network;
  }

  now(): number {
    return this.#fake.now() + this.#shift;
  }

  monotonic(): number {
    return this.#fake.monotonic();
  }

  random(): number {
    return this.#random();
  }

  instanceId(): string {
    return `${this.#prefix}-${this.#fake.instanceId()}`;
  }

  timer(ms: number, callback: () => void): () => void {
    return this.#fake.timer(ms, callback);
  }

  fetch(request: Request): Promise<Response> {
    return this.#fake.fetch(request);
  }

  /** Lets `ms` go by. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= LONGEST_JUMP) {
      await this.#fake.advance(Math.min(left, LONGEST_JUMP));
      if (this.#onTheWay) await this.#fake.settle(() => this.#onTheWay === 0);
    }
  }

  /** Lets time go by until something is over that no other call of `pass` is waiting for. */
  async until(promise: Promise<unknown>): Promise<void> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    promise.then(over, over);
    await this.pass(0.001);
    while (!isOver) await this.pass(20);
  }

  async #send(request: Request): Promise<Response> {
    const [least, most] = ROUND_TRIP;
    await new Promise<void>((resolve) => {
      this.timer(least + this.random() * (most - least), resolve);
    });
    if (this.weather === "unreachable") throw new TypeError("no route to host");
    if (this.weather === "unavailable") return new Response("try later", { status: 503 });
    this.#onTheWay++;
    try {
      return await this.#network(request);
    } finally {
      this.#onTheWay--;
    }
  }
}
