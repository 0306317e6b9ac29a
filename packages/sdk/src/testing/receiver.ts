import { Refusal } from "../http/body.ts";
import { CountError, count } from "./counted.ts";
import { type Listening, listen } from "./listen.ts";
import { PushgatewayStore } from "./pushgateway-store.ts";
import { RemoteWriteStore } from "./remote-write-store.ts";
import type { ReceivedSeries } from "./series.ts";
import type { TestSeries, WantedLabels } from "./test-series.ts";

export type { ReceivedSample, ReceivedSeries } from "./series.ts";

export interface ReceiverOptions {
  /** Milliseconds since the Unix epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** How long `assertCounted` waits, ms: a Worker pushes 5 s after a request. */
const LONGEST_WAIT = 10_000;

/**
 * Stands in for Prometheus's remote-write receiver and for a Pushgateway: give its `fetch` to a destination or to
 * Miniflare (as a service binding or as `outboundService`), or let it `listen`. Refuses what they refuse, with their statuses. Where they would drop something silently or guess (bad
 * labels, samples of one request out of order, missing headers, a label twice in a path), it answers 4xx with a
 * sentence, so that a test sees it.
 *
 * Remote write 1.0 is `POST /api/v1/write`; of the Pushgateway it has `PUT`, `POST` and `DELETE` of
 * `/metrics/job/<job>{/<label>/<value>}`, as seen by a Prometheus 3 that scrapes it with `honor_labels: true`.
 * Bodies above 32 MiB are refused with 413.
 *
 * @example
 * ```ts
 * const receiver = new Receiver();
 * const pushmeter = createPushmeter({
 *   push: remoteWrite({ url: "http://receiver/api/v1/write", fetch: receiver.fetch }),
 * });
 * // … requests …
 * await pushmeter.flush();
 * receiver.total("http_server_request_duration_seconds_count", { http_route: "/courses" });
 * ```
 */
export class Receiver {
  readonly #remoteWrite: RemoteWriteStore;
  readonly #pushgateway: PushgatewayStore;
  #accepted = 0;
  #refused = 0;
  /** The next push that is accepted. */
  #next = Promise.withResolvers<true>();

  constructor({ now = Date.now }: ReceiverOptions = {}) {
    this.#remoteWrite = new RemoteWriteStore(now);
    this.#pushgateway = new PushgatewayStore(now);
  }

  /** Answers a push. Usable unbound; never rejects. */
  readonly fetch = async (request: Request): Promise<Response> => {
    try {
      const response = await this.#answer(request);
      this.#accepted++;
      this.#next.resolve(true);
      this.#next = Promise.withResolvers();
      return response;
    } catch (error) {
      this.#refused++;
      // A body that is neither read nor cancelled holds its connection.
      if (!request.bodyUsed) await request.body?.cancel();
      if (error instanceof Refusal) return error.response();
      return new Refusal(500, String(error)).response();
    }
  };

  /** Every series of that name, or of all names, that has these labels. An empty label value: has it not. */
  series(name?: string, labels?: Readonly<Record<string, string>>): ReceivedSeries[] {
    return Array.from(this.#matching(name, labels), (series) => ({
      ...series,
      labels: { ...series.labels },
      samples: [...series.samples],
    }));
  }

  /** The sum of the last values of the series that `series` finds; one that has ended adds nothing. */
  total(name: string, labels?: Readonly<Record<string, string>>): number {
    let total = 0;
    for (const { samples } of this.#matching(name, labels)) {
      const last = samples.at(-1);
      if (last && !last.stale) total += last.value;
    }
    return total;
  }

  /**
   * Waits until `total` is `expected`, for `timeout` ms, 10,000 by default. If that does not happen in time, rejects with
   * a list of what has arrived.
   *
   * @param expected - default: anything but zero.
   */
  async assertCounted(
    name: string,
    labels?: WantedLabels,
    expected?: number,
    { timeout = LONGEST_WAIT }: { readonly timeout?: number } = {},
  ): Promise<void> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), timeout);
    try {
      for (;;) {
        const result = count(this.#last(), { name, labels, value: expected });
        if (result.pass) return;
        if (!(await Promise.race([late.promise, this.#next.promise]))) throw new CountError(result, expected);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Serves `fetch` on this machine, in Node, Deno and Bun.
   *
   * @param port - default: a free one.
   * @throws Error if the port is in use.
   */
  listen(port = 0): Promise<Listening> {
    return listen(this.fetch, port);
  }

  /** Requests answered with 2xx. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Requests answered with anything else. */
  get refused(): number {
    return this.#refused;
  }

  #last(): TestSeries[] {
    return Array.from(this.#matching(), ({ name, labels, samples }) => {
      const last = samples.at(-1);
      return { name, labels, value: last?.stale ? 0 : (last?.value ?? 0) };
    });
  }

  *#matching(name?: string, labels: Readonly<Record<string, string>> = {}): Generator<ReceivedSeries> {
    const wanted = Object.entries(labels);
    for (const store of [this.#remoteWrite, this.#pushgateway]) {
      for (const series of store.series()) {
        if (name !== undefined && series.name !== name) continue;
        if (wanted.every(([label, value]) => (series.labels[label] ?? "") === value)) yield series;
      }
    }
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/api/v1/write") return this.#remoteWrite.answer(request);
    if (/^\/metrics\/job(@base64)?\//.test(pathname)) return this.#pushgateway.answer(request, pathname);
    throw new Refusal(404, "not found: the receiver has /api/v1/write and /metrics/job/…");
  }
}
