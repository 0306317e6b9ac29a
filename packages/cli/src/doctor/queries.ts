/** Reads the canary back through Prometheus's query API, which most receivers have. */
import type { Answer } from "./answer.ts";
import { rootOf } from "./server.ts";

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
export interface StoredSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values?: readonly (readonly [seconds: number, value: string])[];
  readonly histograms?: readonly (readonly [seconds: number, histogram: { readonly count: string }])[];
}

type Get = (url: string) => Promise<Answer>;

/** Below the root of the endpoint. */
const PREFIXES = ["/api/v1", "/prometheus/api/v1", "/api/prom/api/v1"];
/** New series can be found some seconds after they are stored: in VictoriaMetrics within ten. */
const PATIENCE = 15_000;
/** Once it is known how long that takes. */
const LEAST = 2_000;
const PAUSE = 250;

export class Queries {
  readonly #api: string;
  readonly #get: Get;
  readonly #now: () => number;
  #patience = PATIENCE;

  private constructor(api: string, get: Get, now: () => number) {
    this.#api = api;
    this.#get = get;
    this.#now = now;
  }

  /**
   * Undefined where no query API answers, or not with these credentials.
   *
   * @param given - the URL of a server to ask, instead of those that follow from the endpoint.
   */
  static async find(endpoint: string, given: string | undefined, get: Get, now: () => number) {
    const roots = given ? [given.replace(/\/+$/, "")] : [rootOf(endpoint)];
    for (const api of roots.flatMap((root) => PREFIXES.map((prefix) => root + prefix))) {
      const queries = new Queries(api, get, now);
      if (await queries.#ask("vector(1)")) return queries;
    }
    return undefined;
  }

  /** What is stored of a run, once `isEnough` says so, or after a while whatever is there. */
  async stored(
    run: string,
    isEnough: (series: readonly StoredSeries[]) => boolean,
  ): Promise<readonly StoredSeries[]> {
    const started = performance.now();
    for (;;) {
      const found = (await this.#ask(`{run="${run}"}[30m]`)) ?? [];
      const took = performance.now() - started;
      if (isEnough(found)) {
        this.#patience = Math.min(this.#patience, Math.max(LEAST, 2 * took));
        return found;
      }
      if (took > this.#patience) return found;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  async #ask(query: string): Promise<readonly StoredSeries[] | undefined> {
    // A moment ahead: samples get times that follow each other by a millisecond.
    const time = (this.#now() + 1000) / 1000;
    const { body } = await this.#get(`${this.#api}/query?${new URLSearchParams({ query, time: `${time}` })}`);
    try {
      const { status, data } = JSON.parse(body) as {
        status?: string;
        data?: { result?: readonly StoredSeries[] };
      };
      return status === "success" ? data?.result : undefined;
    } catch {
      // Something else answers there.
      return undefined;
    }
  }
}
