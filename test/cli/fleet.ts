/** Instances of a service, each with its own pushmeter: they are born, serve requests, push and end. */
import { setTimeout as sleep } from "node:timers/promises";
import { instrumentFetch } from "@pushmeter/adapters/fetch";
import { createPushmeter, type Push } from "@pushmeter/sdk";
import { otlp } from "@pushmeter/sdk/otlp";
import { pushgateway } from "@pushmeter/sdk/pushgateway";
import { remoteWrite } from "@pushmeter/sdk/remote-write";
import type { SeededRandom } from "@pushmeter/testkit/random";

/** Destinations by wire, of `pushmeter dev` at a URL. */
export const WIRES: Readonly<Record<string, (url: string) => Push>> = {
  "remote write 2.0": (url) => remoteWrite({ url: `${url}/api/v1/write`, protocol: "2.0" }),
  "remote write 1.0": (url) => remoteWrite({ url: `${url}/api/v1/write`, protocol: "1.0" }),
  Pushgateway: (url) => pushgateway({ url }),
  OTLP: (url) => otlp({ url: `${url}/v1/metrics` }),
  "OTLP deltas": (url) => otlp({ url: `${url}/v1/metrics`, temporality: "delta" }),
};

/** Route, status, and how often in proportion to the others. */
const ROUTES = [
  ["GET /courses", 200, 30],
  ["GET /courses/:id", 200, 25],
  ["GET /courses/:id", 404, 3],
  ["GET /courses/search", 200, 20],
  ["POST /login", 200, 8],
  ["POST /login", 401, 3],
  ["POST /courses/:id/enrol", 202, 7],
  ["GET /courses/:id/certificate", 200, 4],
  ["GET /courses/:id/certificate", 503, 1],
] as const;
const WEIGHED = ROUTES.flatMap((route) => Array<(typeof ROUTES)[number]>(route[2]).fill(route));

export class Instance {
  /** Requests that it has served. */
  served = 0;
  readonly #pushmeter;
  readonly #handler: (request: Request) => Promise<Response>;
  readonly #logins;
  readonly #random: SeededRandom;

  /** @param slow - whether requests take a while, as real ones do. */
  constructor(push: Push, random: SeededRandom, { service = "courses", every = 5000, slow = false } = {}) {
    this.#random = random;
    this.#pushmeter = createPushmeter({ service, push: () => push, flush: { every }, onError: () => {} });
    this.#logins = this.#pushmeter.meter.createCounter("app.logins");
    const results = this.#pushmeter.meter.createHistogram("app.search.results", {
      advice: { explicitBucketBoundaries: [0, 1, 2, 5, 10, 20, 50] },
    });
    const answer = async (request: Request) => {
      const [route, status] = JSON.parse(request.headers.get("x-route") ?? "[]") as [string, number];
      if (slow) await sleep(2 + this.#random.next() ** 6 * 400);
      if (route.endsWith("/search")) results.record(this.#random.below(30));
      if (route.endsWith("/login")) this.#logins.add(1, { result: status === 200 ? "success" : "failure" });
      return new Response(null, { status });
    };
    const route = (request: Request) => JSON.parse(request.headers.get("x-route") ?? "[]")[0].split(" ")[1];
    this.#handler = instrumentFetch(this.#pushmeter, answer, { route });
  }

  async request(): Promise<void> {
    const [route, status] = this.#random.pick(WEIGHED);
    const headers = { "x-route": JSON.stringify([route, status]) };
    const [method = "GET"] = route.split(" ");
    await this.#handler(new Request("http://courses.example/", { method, headers }));
    this.served++;
  }

  /** Pushes what is left. */
  end(): Promise<void> {
    return this.#pushmeter.shutdown();
  }

  push(): Promise<boolean> {
    return this.#pushmeter.flush();
  }
}
