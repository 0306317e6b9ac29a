/** Where the functions push to: remote write, a Pushgateway, and OTLP as JSON. */
import { setTimeout as sleep } from "node:timers/promises";
import { Receiver } from "@pushmeter/sdk/testing";
import { type LastPush, lastPush } from "@pushmeter/testkit/last-push";
import { type Server, serve } from "@pushmeter/testkit/serve";

interface OtlpRequest {
  readonly resourceMetrics: {
    readonly scopeMetrics: { readonly metrics: { readonly histogram?: OtlpHistogram }[] }[];
  }[];
}

interface OtlpHistogram {
  readonly dataPoints: { readonly count: number }[];
}

export class Sink {
  readonly #receiver = new Receiver();
  /** The newest totals of the one OTLP sender. */
  #otlp = { count: 0, requests: 0 };
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param delay - until an answer, ms. */
  static async start(delay = 0): Promise<Sink> {
    const sink: Sink = new Sink(
      await serve(async (request) => {
        await sleep(delay);
        return new URL(request.url).pathname === "/v1/metrics"
          ? sink.#export(request)
          : sink.#receiver.fetch(request);
      }),
    );
    return sink;
  }

  get url(): string {
    return this.#server.url;
  }

  /** Invocations that were counted, in all. */
  get counted(): number {
    // Before the stale markers with which environments end their series.
    const lasts = this.#receiver
      .series("faas_invoke_duration_seconds_count")
      .map(({ samples }) => samples.findLast(({ stale }) => !stale)?.value ?? 0);
    return lasts.reduce((sum, value) => sum + value, this.#otlp.count);
  }

  /** Pushes that were accepted. */
  get pushes(): number {
    return this.#receiver.accepted + this.#otlp.requests;
  }

  lastPush(): LastPush {
    return lastPush(this.#receiver);
  }

  stop(): void {
    this.#server.close();
  }

  async #export(request: Request): Promise<Response> {
    const { resourceMetrics } = (await request.json()) as OtlpRequest;
    const metrics = resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics);
    const points = metrics.flatMap(({ histogram }) => histogram?.dataPoints ?? []);
    const count = points.reduce((sum, { count }) => sum + Number(count), 0);
    this.#otlp = { count, requests: this.#otlp.requests + 1 };
    return Response.json({});
  }
}
